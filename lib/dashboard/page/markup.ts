export const MARKUP = `
<header><h1>holdfast</h1><p id="summary" role="status" aria-live="polite">connecting…</p>
<label class="find">Find <input id="find" type="search" placeholder="circuit or method"></label>
<span id="link" class="link">●</span></header>
<form id="ask" hidden><label>Token <input id="token" type="password" autocomplete="off" required></label>
<button>Open</button><p>Write the token, or open the page with #TOKEN behind its address.</p></form>
<main id="main">
<section aria-labelledby="h1"><h2 id="h1">Circuits</h2><div id="circuits" class="tiles"></div>
<p id="none" class="quiet">No circuit has been used yet.</p></section>
<section aria-labelledby="h2"><h2 id="h2">Methods</h2><div class="scroll"><table><thead><tr>
<th scope="col">method</th><th scope="col">calls/s</th><th scope="col">failed</th><th scope="col">active</th>
<th scope="col" title="attempts for each call">attempts</th><th scope="col">retries/s</th>
<th scope="col" title="calls that a retry or a hedge saved, since the start">recovered</th>
<th scope="col">refused/s</th><th scope="col">fallback/s</th><th scope="col">hedges won</th>
<th scope="col">bulkhead</th><th scope="col">budget</th></tr></thead><tbody id="methods"></tbody></table></div></section>
<section aria-labelledby="h3"><h2 id="h3">Rate limits</h2><ul id="gates" class="rows"></ul></section>
<section aria-labelledby="h4"><h2 id="h4">Events</h2>
<label class="find">Filter <input id="filter" type="search" placeholder="type, method, kind"></label>
<label><input id="all" type="checkbox"> with level debug</label>
<ol id="events" class="rows" aria-live="off"></ol></section>
<section aria-labelledby="h5"><h2 id="h5">Settings in effect</h2><div id="settings"></div></section>
</main>
<dialog id="sure"><form method="dialog"><p id="question"></p>
<label>Reason <input id="reason" maxlength="200" autocomplete="off"></label>
<menu><button value="cancel">Cancel</button><button id="yes" value="yes" class="danger">Isolate</button></menu></form></dialog>`;
