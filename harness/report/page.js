// SPDX-License-Identifier: MIT
// The filter of the list of vectors; its state is in the address: #vectors?verdict=fail&layer=udp.
// Without it all vectors are there.
(function () {
	"use strict";
	var form = document.getElementById("filter");
	if (!form)
		return;
	var keys = ["text", "clause", "verdict", "layer"];
	var field = {};
	keys.forEach(function (key) { field[key] = document.getElementById("filter-" + key); });
	var count = document.getElementById("filter-count");
	var rows = null;

	// Text of rows is read once, and only when a filter is used.
	function read() {
		rows = [];
		document.querySelectorAll("section[data-layer]").forEach(function (section) {
			var layer = section.dataset.layer;
			section.querySelectorAll("tbody").forEach(function (body) {
				var head = "";
				Array.prototype.forEach.call(body.rows, function (row) {
					if (row.className === "sub") {
						head = row.textContent.toLowerCase();
						return;
					}
					var verdicts = Array.prototype.map.call(row.getElementsByClassName("v"),
						function (cell) { return cell.textContent; });
					rows.push({row: row, body: body, section: section, layer: layer,
						text: (layer + "/" + row.cells[0].textContent + " " + head).toLowerCase(),
						clauses: (row.dataset.c || body.dataset.c || "").toLowerCase(),
						verdicts: verdicts});
				});
			});
		});
	}

	function matches(item, want) {
		return (!want.layer || item.layer === want.layer) &&
			(!want.verdict || item.verdicts.indexOf(want.verdict) >= 0) &&
			(!want.clause || item.clauses.indexOf(want.clause.toLowerCase()) >= 0) &&
			(!want.text || item.text.indexOf(want.text.toLowerCase()) >= 0);
	}

	function values() {
		var want = {};
		keys.forEach(function (key) {
			if (field[key].value.trim())
				want[key] = field[key].value.trim();
		});
		return want;
	}

	function apply() {
		var want = values(), shown = 0, bodies = new Map(), sections = new Map();
		if (!rows)
			read();
		rows.forEach(function (item) {
			var yes = matches(item, want);
			item.row.hidden = !yes;
			shown += yes;
			bodies.set(item.body, (bodies.get(item.body) || 0) + yes);
			sections.set(item.section, (sections.get(item.section) || 0) + yes);
		});
		bodies.forEach(function (number, body) { body.hidden = !number; });
		sections.forEach(function (number, section) {
			section.hidden = !number;
			section.style.setProperty("--n", number);
		});
		count.textContent = shown.toLocaleString("en") + " of " + rows.length.toLocaleString("en") + " vectors";
	}

	// Each choice is a step that the back button takes back; letters that are typed are one step together.
	function remember(step) {
		var search = new URLSearchParams(values()).toString();
		history[step ? "pushState" : "replaceState"](null, "", search ? "#vectors?" + search : "#vectors");
	}

	function recall() {
		var match = /^#vectors\?(.*)$/.exec(location.hash);
		if (match || (rows && /^(#vectors)?$/.test(location.hash))) {
			var search = new URLSearchParams(match ? match[1] : "");
			keys.forEach(function (key) { field[key].value = search.get(key) || ""; });
			apply();
			document.getElementById("vectors").scrollIntoView();
			return;
		}
		var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
		if (rows && target && target.closest("[hidden]")) {
			form.reset();
			apply();
			target.scrollIntoView();
		}
	}

	form.hidden = false;
	form.addEventListener("input", function (event) { apply(); remember(event.target.tagName === "SELECT"); });
	form.addEventListener("reset", function () { setTimeout(function () { apply(); remember(true); }, 0); });
	form.addEventListener("submit", function (event) { event.preventDefault(); });
	window.addEventListener("hashchange", recall);
	if (location.hash)
		recall();
})();
