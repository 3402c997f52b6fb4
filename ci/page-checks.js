// SPDX-License-Identifier: MIT
// What a page must keep so that everybody can read it: a function for ci/report-page.py, which runs it in
// the page and gets what is wrong, [{rule, where, what}]. Colours are computed from what is really shown.
(() => {
	const LARGE_PX = 24, LARGE_BOLD_PX = 18.66, BOLD = 700;
	const NAMED_BY_TEXT = "a, button, summary, th, option, [role=button], [role=link], [role=heading], [role=tab], " +
		"[role=columnheader], [role=rowheader]";
	const ROLES = new Set(("alert banner button cell checkbox columnheader complementary contentinfo definition " +
		"dialog document figure form grid group heading img link list listitem log main menu menuitem meter " +
		"navigation none note option presentation progressbar radio radiogroup region row rowgroup rowheader " +
		"search searchbox separator status switch tab table tablist tabpanel term textbox timer toolbar tooltip " +
		"graphics-document graphics-object graphics-symbol").split(" "));
	const LANDMARKS = "main, header, nav, footer, aside, [role=main], [role=banner], [role=navigation], " +
		"[role=contentinfo], [role=complementary], [role=region], [role=search]";
	const found = [];

	const where = (e) => {
		const path = [];
		for (; e && e.nodeType === 1 && path.length < 4; e = e.parentElement) {
			path.unshift(e.tagName.toLowerCase() + (e.id ? "#" + e.id : e.classList.length ? "." + e.classList[0] : ""));
			if (e.id) break;
		}
		return path.join(" > ");
	};
	const wrong = (rule, e, what) => found.push({rule, where: e ? where(e) : "", what});
	const all = (selector) => [...document.querySelectorAll(selector)];
	const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: false});
	const hidden = (e) => e.closest("[aria-hidden=true]") !== null;
	const words = (text) => (text || "").replace(/\s+/g, " ").trim();

	// --- names ------------------------------------------------------------------------------------------
	const textOf = (e) => words([...e.childNodes].map((n) => {
		if (n.nodeType === 3) return n.data;
		if (n.nodeType !== 1 || n.getAttribute("aria-hidden") === "true") return "";
		return n.tagName === "IMG" ? n.alt : n.tagName === "svg" ? nameOf(n) : " " + textOf(n) + " ";
	}).join(""));
	const byId = (e, attribute) => words((e.getAttribute(attribute) || "").split(/\s+/).filter(Boolean)
		.map((id) => document.getElementById(id)).map((r) => r ? textOf(r) : "").join(" "));
	const nameOf = (e) => byId(e, "aria-labelledby") || words(e.getAttribute("aria-label")) ||
		(e.labels ? words([...e.labels].map(textOf).join(" ")) : "") ||
		(e.tagName === "IMG" ? words(e.alt) : "") ||
		(e.tagName === "svg" ? words(e.querySelector(":scope > title")?.textContent) : "") ||
		(e.tagName === "TABLE" ? words(e.caption?.textContent) : "") ||
		(e.tagName === "FIELDSET" ? words(e.querySelector("legend")?.textContent) : "") ||
		(e.matches(NAMED_BY_TEXT) ? textOf(e) : "") || words(e.title);

	const names = () => {
		for (const e of all("a[href], button, summary, input:not([type=hidden]), select, textarea"))
			if (!hidden(e) && !nameOf(e)) wrong("name", e, "has no name");
		for (const e of all("img"))
			if (!e.hasAttribute("alt")) wrong("image", e, "has no alt");
		for (const e of all("svg"))
			if (!hidden(e) && !(e.getAttribute("role") === "img" && nameOf(e)) && !e.parentElement.closest("svg"))
				wrong("image", e, "neither hidden from readers nor an image with a name");
		for (const e of all("iframe, object, embed, video, audio")) wrong("image", e, "is nothing for a report");
	};

	// --- structure --------------------------------------------------------------------------------------
	const page = () => {
		if (!words(document.documentElement.lang)) wrong("lang", document.documentElement, "says no language");
		if (!words(document.title)) wrong("title", document.head, "has no title");
		const viewport = document.querySelector("meta[name=viewport]")?.content || "";
		if (!/width=device-width/.test(viewport)) wrong("viewport", document.head, "is not laid out for small screens");
		if (/user-scalable\s*=\s*no|maximum-scale/.test(viewport)) wrong("viewport", document.head, "cannot be enlarged");
		const ids = new Map();
		for (const e of all("[id]")) ids.set(e.id, (ids.get(e.id) || 0) + 1);
		for (const [id, n] of ids)
			if (n > 1 || /\s/.test(id) || !id) wrong("id", document.getElementById(id), `${n} elements have id "${id}"`);
	};
	const headings = () => {
		const list = all("h1, h2, h3, h4, h5, h6").filter((e) => !hidden(e));
		const first = list.filter((e) => e.tagName === "H1");
		if (first.length !== 1) wrong("heading", first[1] || document.body, `${first.length} h1`);
		let last = 0;
		for (const e of list) {
			const level = Number(e.tagName[1]);
			if (level > last + 1) wrong("heading", e, `h${level} after h${last}`);
			if (!textOf(e)) wrong("heading", e, "is empty");
			last = level;
		}
	};
	const landmarks = () => {
		if (all("main, [role=main]").length !== 1) wrong("landmark", document.body, "has not exactly one main");
		for (const kind of ["nav", "aside", "section[aria-label]"]) {
			const list = all(kind), labels = new Set(list.map(nameOf));
			if (list.length > 1 && labels.size !== list.length) wrong("landmark", list[1], `${kind}: names are not different`);
		}
		for (const e of document.body.children)
			if (!/^(SCRIPT|STYLE|TEMPLATE|DIALOG|NOSCRIPT)$/.test(e.tagName) && shown(e) && !e.matches(LANDMARKS) && textOf(e) &&
				!(e.tagName === "A" && e.hash) && ![...e.querySelectorAll(LANDMARKS)].length)
				wrong("landmark", e, "is in no landmark");
	};
	const tables = () => {
		for (const t of all("table")) {
			if (/none|presentation/.test(t.getAttribute("role") || "")) continue;
			if (!nameOf(t)) wrong("table", t, "has no caption");
			const heads = [...t.querySelectorAll("th")].filter((e) => e.closest("table") === t);
			if (!heads.length) wrong("table", t, "has no th");
			for (const th of heads)
				if (!/^(col|row|colgroup|rowgroup)$/.test(th.scope)) wrong("table", th, "th without scope");
				else if (!textOf(th) && !nameOf(th)) wrong("table", th, "th is empty");
			const widths = new Set([...t.rows].map((r) => [...r.cells].reduce((n, c) => n + c.colSpan, 0)));
			if (widths.size > 1 && !t.querySelector("[rowspan]")) wrong("table", t, "rows have different numbers of cells");
		}
		for (const e of all("li")) if (!e.parentElement.matches("ul, ol, menu")) wrong("list", e, "li outside of a list");
		for (const e of all("ul > :not(li, script, template), ol > :not(li, script, template)")) wrong("list", e, "in a list, and no li");
		for (const e of all("dt, dd")) if (!e.closest("dl")) wrong("list", e, "outside of a dl");
	};
	const aria = () => {
		for (const e of all("[role]"))
			for (const role of e.getAttribute("role").split(/\s+/)) if (!ROLES.has(role)) wrong("aria", e, `role ${role}`);
		for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers"])
			for (const e of all(`[${attribute}]`))
				for (const id of e.getAttribute(attribute).split(/\s+/))
					if (!document.getElementById(id)) wrong("aria", e, `${attribute}: there is no ${id}`);
		for (const e of all("[tabindex]")) if (e.tabIndex > 0) wrong("aria", e, "tabindex changes the order");
		for (const e of all("[aria-hidden=true]"))
			if (e.matches("a[href], button, input") || e.querySelector("a[href], button, input, [tabindex='0']"))
				wrong("aria", e, "hidden from readers, and can be reached");
		for (const e of all("a[href], button, summary"))
			if (e.querySelector("a[href], button, input, select")) wrong("aria", e, "has a control inside");
		for (const e of all("a:not([href])")) if (textOf(e)) wrong("aria", e, "a link to nowhere");
		// What scrolls by itself must be reached by the keyboard, and say what it is.
		for (const e of all("*")) {
			if (e === document.documentElement || e === document.body || !shown(e)) continue;
			const style = getComputedStyle(e);
			const scrolls = (/auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1) ||
				(/auto|scroll/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1);
			if (scrolls && !(e.tabIndex === 0 && nameOf(e))) wrong("scroll", e, "scrolls, and has no tabindex=0 and name");
		}
	};

	// --- colours ----------------------------------------------------------------------------------------
	const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const seen = new Map();
	const parse = (colour) => { // [r, g, b, alpha], of any form that a style can have
		if (!seen.has(colour)) {
			canvas.clearRect(0, 0, 1, 1);
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			const d = canvas.getImageData(0, 0, 1, 1).data;
			seen.set(colour, [d[0], d[1], d[2], d[3] / 255]);
		}
		return seen.get(colour);
	};
	const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
	const luminance = (rgb) => {
		const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ratio = (a, b) => {
		const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
		return (x + 0.05) / (y + 0.05);
	};
	const paint = (e) => {
		const style = getComputedStyle(e);
		const svg = e.ownerSVGElement && !/^(g|text|tspan|a)$/.test(e.tagName);
		const colour = [...parse(svg ? style.fill === "none" ? "transparent" : style.fill : style.backgroundColor)];
		colour[3] *= Number(style.opacity) * (svg ? Number(style.fillOpacity) : 1);
		// A line that is drawn as a picture is no ground for text.
		const line = style.backgroundSize.split(",").every((size) => size.split(" ").some((n) => parseFloat(n) <= 3));
		return {colour, picture: !svg && style.backgroundImage !== "none" && !line};
	};
	// What lies below a place, from its own element down to the page; null: a picture, which nobody can judge.
	const below = (e, box) => {
		let stack = [];
		if (e.ownerSVGElement) {
			const at = document.elementsFromPoint(box.left + box.width / 2 - scrollX, box.top + box.height / 2 - scrollY);
			stack = at.filter((x) => !x.contains(e) || x === e).filter((x) => x !== e && !/^(text|tspan|a|g|line)$/.test(x.tagName));
			e = e.ownerSVGElement;
		}
		for (; e; e = e.parentElement) stack.push(e);
		let colour = parse(getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
			matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff").slice(0, 3);
		for (const x of stack.reverse()) {
			const p = paint(x);
			if (p.picture) return null;
			colour = over(p.colour, colour);
		}
		return colour;
	};
	const judge = (rule, e, box, style, ink, opacity) => {
		const ground = below(e, box);
		if (!ground) return wrong(rule, e, "stands on a picture");
		const size = parseFloat(style.fontSize);
		const need = size >= LARGE_PX || (size >= LARGE_BOLD_PX && Number(style.fontWeight) >= BOLD) ? 3 : 4.5;
		const top = [...ink];
		top[3] *= opacity;
		const got = ratio(over(top, ground), ground);
		if (got < need - 0.005)
			wrong(rule, e, `${got.toFixed(2)}:1 where ${need}:1 is asked, ` +
				`${over(top, ground).map(Math.round)} on ${ground.map(Math.round)}`);
	};
	const opacityOf = (e) => {
		let opacity = 1;
		for (; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
		return opacity;
	};
	const contrast = () => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const done = new Set();
		let texts = 0;
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			const e = node.parentElement;
			if (!words(node.data) || done.has(e) || /^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT|TITLE|DESC)$/i.test(e.tagName) || !shown(e))
				continue;
			done.add(e);
			const range = document.createRange();
			range.selectNodeContents(node);
			const box = range.getBoundingClientRect();
			if (box.width < 2 || box.height < 2 || e.closest("[disabled]")) continue;
			const style = getComputedStyle(e);
			texts++;
			judge("contrast", e, box, style, parse(e.ownerSVGElement ? style.fill : style.color), opacityOf(e));
		}
		for (const e of all("input, select, textarea")) {
			if (!shown(e) || e.disabled) continue;
			const style = getComputedStyle(e), box = e.getBoundingClientRect();
			judge("contrast", e, box, style, parse(style.color), opacityOf(e));
			if (e.placeholder) {
				const p = getComputedStyle(e, "::placeholder");
				judge("contrast", e, box, p, parse(p.color), opacityOf(e) * Number(p.opacity));
			}
		}
		return texts;
	};

	// --- small screens ------------------------------------------------------------------------------------
	const sideways = () => {
		const root = document.documentElement, room = root.clientWidth;
		if (root.scrollWidth <= room) return;
		const far = all("body *").filter((e) => shown(e) && e.getBoundingClientRect().right > room + 1 &&
			!e.closest("[tabindex='0']"));
		wrong("sideways", far[far.length - 1] || document.body, `${root.scrollWidth} px wide on ${room} px`);
	};

	window.pageChecks = {
		everything() {
			found.length = 0;
			for (const e of all("details")) e.open = true;
			for (const check of [page, headings, landmarks, tables, names, aria, sideways]) check();
			const texts = contrast();
			return {found: found.slice(0, 200), texts};
		},
		sideways() {
			found.length = 0;
			sideways();
			return found.slice();
		},
		// What the Tab key should stop at.
		tabbable() {
			const list = all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
			const radios = new Set();
			return list.filter((e) => {
				if (e.disabled || e.tabIndex < 0 || !shown(e)) return false;
				if (e.type === "radio") {
					if (radios.has(e.name)) return false;
					radios.add(e.name);
				}
				return true;
			});
		},
		// Notes where the focus goes, and whether it shows there: something of the look must change.
		watch() {
			const look = (e) => {
				const s = getComputedStyle(e);
				return {line: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1 ? s.outlineColor : "",
					rest: [s.boxShadow, s.borderColor, s.backgroundColor, s.textDecorationLine].join()};
			};
			const before = new Map(this.tabbable().map((e) => [e, look(e)]));
			this.visited = [];
			this.dark = [];
			document.addEventListener("focusin", (event) => {
				const e = event.target, now = look(e), was = before.get(e);
				this.visited.push(e);
				if (!now.line && was && now.rest === was.rest) this.dark.push(e);
			});
			return before.size;
		},
		// What was not reached, and what did not show it.
		tabs() {
			found.length = 0;
			const reached = new Set(this.visited);
			for (const e of this.tabbable()) if (!reached.has(e)) wrong("tab", e, "is not reached by Tab");
			for (const e of this.dark) wrong("focus", e, "does not show that it has the focus");
			const order = this.visited.filter((e, i, list) => list.indexOf(e) === i);
			for (let i = 1; i < order.length; i++)
				if (!(order[i - 1].compareDocumentPosition(order[i]) & Node.DOCUMENT_POSITION_FOLLOWING))
					wrong("tab", order[i], "comes before what stands before it");
			return found.slice(0, 50);
		},
	};
})();
