"""The look of the full report: light and dark, wide and narrow, screen and paper."""

from typing import Final

_LIGHT: Final = """
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c2526; --soft: #55606a; --line: #e2e0d8;
  --good: #1f6b46; --good-paper: #e3f2e9; --warn: #8a4b08; --warn-paper: #fbeeda;
  --bad: #9d2416; --bad-paper: #fbe4e0; --none: #55606a; --none-paper: #eceae4;
  --link: #1d5a93; --chart-accent: #2c6fae; --chart-safer: #3b8f66; --chart-riskier: #c9553d;
  --chart-mark: #b07a1a; --chart-grid: #e2e0d8; --chart-muted: #6b747c; --chart-ink: #1c2526;
"""
_DARK: Final = """
  --paper: #14191b; --card: #1c2326; --ink: #e6eae8; --soft: #a3adb2; --line: #333d41;
  --good: #7fd3a6; --good-paper: #17372a; --warn: #f0bd78; --warn-paper: #3d2c12;
  --bad: #f3a294; --bad-paper: #46201a; --none: #a3adb2; --none-paper: #2a3236;
  --link: #8fc1ee; --chart-accent: #6aa9e0; --chart-safer: #5fb98b; --chart-riskier: #e5836c;
  --chart-mark: #e0ae54; --chart-grid: #333d41; --chart-muted: #98a3a9; --chart-ink: #e6eae8;
"""

PAGE_STYLE: Final = (
    f":root {{ color-scheme: light;{_LIGHT}}}\n"
    f"@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark;{_DARK}}} }}\n"
    f":root:has(#theme-light:checked) {{ color-scheme: light;{_LIGHT}}}\n"
    f":root:has(#theme-dark:checked) {{ color-scheme: dark;{_DARK}}}\n"
    """
:root:has(#language-en:checked) .in-ru, :root:has(#language-ru:checked) .in-en { display: none; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 1rem 1.25rem 4rem; max-width: 84rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
a { color: var(--link); }
.switches { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; justify-content: flex-end; }
.switches fieldset { border: 0; margin: 0; padding: 0; font-size: .875rem; color: var(--soft); }
.switches legend { float: left; padding: 0 .5rem 0 0; }
.switches label { margin-right: .75rem; cursor: pointer; white-space: nowrap; }
.switches input { accent-color: var(--chart-accent); margin: 0 .3rem 0 0; }
header { margin: 1rem 0 1.5rem; }
.kind { margin: 0; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; font-weight: 650; }
h2 { font-size: 1.3rem; margin: 0 0 .5rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; font-weight: 650; }
h2 .pill { font-size: .8rem; vertical-align: .2em; }
.number { color: var(--soft); font-variant-numeric: tabular-nums; }
p { margin: 0 0 1rem; color: var(--soft); max-width: 48rem; }
.columns { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 1.5rem; }
nav { position: sticky; top: 1rem; align-self: start; font-size: .9rem; }
nav summary { font-weight: 650; cursor: pointer; padding: .25rem 0; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li { display: flex; align-items: center; justify-content: space-between; gap: .5rem; }
nav a { color: var(--ink); text-decoration: none; padding: .3rem 0; flex: 1; }
nav a:hover { text-decoration: underline; }
nav .number { display: inline-block; width: 1.5rem; }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.25rem 1.5rem; margin: 0 0 1.25rem; scroll-margin-top: 1rem;
}
.scroll { overflow-x: auto; }
:focus-visible { outline: 3px solid var(--chart-accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
  font-size: .93rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; }
thead th { font-weight: 600; vertical-align: bottom; color: var(--soft); font-size: .85rem; }
th:first-child, td.words, th.words { text-align: left; }
td.words { overflow-wrap: anywhere; min-width: 9rem; }
tbody th { font-weight: 450; }
tbody tr:last-child > * { border-bottom: 0; }
.figures th, .figures td { text-align: left; }
.figures th:nth-child(1) { width: 34%; } .figures th:nth-child(2) { width: 26%; }
.figures th:nth-child(4), .figures td:nth-child(4) { white-space: nowrap; padding-right: 0; }
.figures td:nth-child(2) { font-weight: 600; overflow-wrap: anywhere; }
.figures td:nth-child(3) { color: var(--soft); }
small { display: block; color: var(--soft); font-weight: 400; font-size: .82rem; }
td small, th small { white-space: nowrap; }
.figures small { white-space: normal; }
code { display: block; font: .72rem/1.5 ui-monospace, monospace; color: var(--soft);
  overflow-wrap: anywhere; }
.pill { border-radius: 99px; padding: .1rem .7rem; font-weight: 600; white-space: nowrap;
  font-size: .85rem; }
.dot { width: .7rem; height: .7rem; border-radius: 50%; flex: none;
  border: 2px solid currentColor; }
.ok { color: var(--good); } .attention { color: var(--warn); }
.breach { color: var(--bad); } .not_available { color: var(--none); }
.pill.ok { background: var(--good-paper); } .pill.attention { background: var(--warn-paper); }
.pill.breach { background: var(--bad-paper);
  } .pill.not_available { background: var(--none-paper); }
.dot.ok, .dot.attention, .dot.breach { background: currentColor; }
.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0 0 1rem;
  padding: 0; }
.counts b { font-size: 1.6rem; margin-right: .3rem; }
.findings { list-style: none; margin: 0; padding: 0; }
.findings li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.notes { color: var(--soft); font-size: .9rem; padding-left: 1.1rem; margin: 1rem 0 0; }
.top { font-size: .85rem; margin: 1rem 0 0; }
.plots { display: grid; gap: 1.25rem; margin-top: 1.25rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
figure { margin: 0; max-width: 48rem; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
.chart { width: 100%; height: auto; display: block; }
details > .scroll { margin-top: .5rem; }
figure summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
@media (max-width: 60rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; }
}
@media (max-width: 40rem) {
  body { padding: .75rem .75rem 3rem; }
  section { padding: 1rem; border-radius: 10px; }
  h1 { font-size: 1.4rem; }
  .switches { justify-content: flex-start; }
  .figures, .figures tbody, .figures tr, .figures th, .figures td { display: block; width: 100%; }
  .figures thead { display: none; }
  .figures tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .figures th:nth-child(n), .figures td:nth-child(n) { border: 0; padding: .1rem 0; width: 100%; }
}
@media print {
  :root:root:root { color-scheme: light; --paper: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .switches, nav, .top, figure summary { display: none; }
  .columns { display: block; }
  section { border: 0; padding: 0; margin: 0 0 1.5rem; }
  tr, figure, li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
}
"""
)
