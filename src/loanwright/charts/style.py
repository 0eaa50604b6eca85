"""The look of the report page: one style sheet, light and dark, kind to print."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c2526; --soft: #55606a; --line: #e2e0d8;
  --good: #1f6b46; --good-paper: #e3f2e9; --warn: #8a4b08; --warn-paper: #fbeeda;
  --chart-accent: #2c6fae; --chart-safer: #3b8f66; --chart-riskier: #c9553d;
  --chart-mark: #b07a1a; --chart-grid: #e2e0d8; --chart-muted: #6b747c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14191b; --card: #1c2326; --ink: #e6eae8; --soft: #a3adb2; --line: #333d41;
    --good: #7fd3a6; --good-paper: #17372a; --warn: #f0bd78; --warn-paper: #3d2c12;
    --chart-accent: #6aa9e0; --chart-safer: #5fb98b; --chart-riskier: #e5836c;
    --chart-mark: #e0ae54; --chart-grid: #333d41; --chart-muted: #98a3a9;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; font-weight: 650; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; font-weight: 650; }
p { margin: 0 0 1rem; color: var(--soft); max-width: 46rem; }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.25rem 1.5rem; margin: 1.25rem 0;
}
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--chart-accent); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); text-align: right; }
th { font-weight: 600; }
th:first-child, td.words { text-align: left; }
tbody th { font-weight: 450; }
tbody tr:last-child > * { border-bottom: 0; }
small { display: block; color: var(--soft); white-space: nowrap; }
.pill { border-radius: 99px; padding: .1rem .7rem; font-weight: 600; white-space: nowrap; }
.ok { color: var(--good); background: var(--good-paper); }
.attention { color: var(--warn); background: var(--warn-paper); }
.notice { padding: .75rem 1rem; border-radius: 8px; font-weight: 600; }
.pair {
  display: grid; gap: 1.25rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
}
.pair section { margin: 0; }
.chart { width: 100%; height: auto; display: block; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--soft); }
@media print { body { background: none; } section { break-inside: avoid; } }
"""
