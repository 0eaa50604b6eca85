"""The compiled runtime of trees and scorecards: raw log-odds and exact contributions."""
