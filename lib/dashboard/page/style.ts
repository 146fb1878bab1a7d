export const STYLE = `
:root{--bg:#f6f7f9;--card:#fff;--ink:#16191d;--quiet:#5b6470;--line:#d9dde3;--good:#1a7f37;--warn:#9a6700;--bad:#cf222e;--held:#8250df}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--card:#161b22;--ink:#e6edf3;--quiet:#9aa4b0;--line:#30363d;--good:#3fb950;--warn:#d29922;--bad:#ff6b63;--held:#bc8cff}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.45 system-ui,sans-serif}
header{position:sticky;top:0;z-index:1;display:flex;gap:16px;align-items:center;padding:10px 20px;background:var(--card);border-bottom:1px solid var(--line)}
h1{font-size:16px;margin:0}#summary{margin:0;font-weight:600;flex:1}
h2{font-size:13px;margin:22px 0 8px;color:var(--quiet);text-transform:uppercase;letter-spacing:.05em}
main{padding:0 20px 40px;max-width:1500px;margin:0 auto}.quiet{color:var(--quiet)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:12px}
.tile{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--c,var(--good));border-radius:8px;padding:10px 12px;display:grid;gap:6px;align-content:start}
.tile.open{--c:var(--bad);background:color-mix(in srgb,var(--bad) 9%,var(--card))}.tile.half-open{--c:var(--warn)}.tile.isolated{--c:var(--held)}.tile.failing{--c:var(--warn)}
.top{display:flex;gap:8px;align-items:baseline}.name{font-weight:650;font-size:15px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;flex:1}
.state{color:var(--c,var(--good));font-weight:700;text-transform:uppercase;font-size:12px;white-space:nowrap}
.big{display:flex;gap:18px;align-items:baseline}.big b{font-size:22px;font-variant-numeric:tabular-nums}.big span{color:var(--quiet)}.big b{color:var(--ink)}.big .bad b{color:var(--bad)}
.bad b,.bad{color:var(--bad)}canvas{width:100%;height:44px;display:block}
.facts{display:flex;flex-wrap:wrap;gap:2px 14px;color:var(--quiet);font-variant-numeric:tabular-nums}.facts b{color:var(--ink)}
.acts{display:flex;gap:8px}button{font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;padding:3px 10px;cursor:pointer}
button:hover{border-color:var(--quiet)}.danger{border-color:var(--bad);color:var(--bad)}
:focus-visible{outline:2px solid #2f81f7;outline-offset:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);border-radius:8px}
th,td{padding:5px 10px;text-align:right;white-space:nowrap;border-top:1px solid var(--line);font-variant-numeric:tabular-nums}
th{color:var(--quiet);font-weight:500;border-top:0}th:first-child,td:first-child{text-align:left}
.rows{list-style:none;margin:8px 0 0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:8px}
.rows:empty::after{content:"nothing";color:var(--quiet);display:block;padding:6px 12px}
.rows li{padding:4px 12px;border-top:1px solid var(--line);display:flex;gap:12px;font-variant-numeric:tabular-nums}.rows li:first-child{border-top:0}
#events{max-height:320px;overflow-y:auto}#events .what{font-weight:600;min-width:150px}#events .error .what{color:var(--bad)}#events .warn .what{color:var(--warn)}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:3px 8px}
.find{color:var(--quiet)}.link{color:var(--bad)}.link.on{color:var(--good)}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 12px;margin-bottom:6px}summary{cursor:pointer}
details td{text-align:left}details table{border:0}dialog{background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:10px}menu{display:flex;gap:8px;justify-content:flex-end;padding:0}
#ask{padding:40px;max-width:480px;margin:0 auto}[hidden]{display:none!important}`;
