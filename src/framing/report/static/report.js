(function () {
  "use strict";
  var root = document.documentElement;
  function byId(id) { return document.getElementById(id); }

  // theme: the system's, unless the reader chose
  var button = byId("theme");
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function stored() { try { return localStorage.getItem("framing-theme"); } catch (e) { return null; } }
  function dark() { return root.dataset.theme ? root.dataset.theme === "dark" : system.matches; }
  function say() { button.textContent = dark() ? "Light" : "Dark"; button.setAttribute("aria-label", "Switch to the " + (dark() ? "light" : "dark") + " theme"); }
  if (stored() === "dark" || stored() === "light") { root.dataset.theme = stored(); }
  if (button) {
    button.hidden = false;
    say();
    button.addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("framing-theme", root.dataset.theme); } catch (e) { /* the choice is not kept */ }
      say();
    });
    system.addEventListener("change", say);
  }

  // a link to evidence opens what holds it
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var found = id && byId(id);
    if (!found) { return; }
    var section = found.closest(".event");
    if (section && section.hidden) { clear(); }
    for (var node = found; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    found.scrollIntoView({ block: "center" });
    if (!found.hasAttribute("tabindex")) { found.setAttribute("tabindex", "-1"); }
    found.focus({ preventScroll: true });
  }
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) { reveal(); }
  });

  // search and filters
  var form = document.querySelector(".filters");
  var events = Array.prototype.slice.call(document.querySelectorAll(".event"));
  function plain(text) { return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, ""); }
  function filter() {
    var words = plain(byId("q").value).split(/\s+/).filter(Boolean);
    var outlet = byId("outlet").value;
    var shared = byId("shared").checked;
    var n = 0;
    events.forEach(function (section) {
      var text = section.searchText || (section.searchText = plain(section.dataset.search || ""));
      var fits = words.every(function (w) { return text.indexOf(w) !== -1; }) &&
        (!outlet || section.dataset.outlets.split("|").indexOf(outlet) !== -1) &&
        (!shared || Number(section.dataset.n) > 1);
      section.hidden = !fits;
      n += fits ? 1 : 0;
    });
    byId("found").textContent = n === events.length ? n + (n === 1 ? " event" : " events") : n + " of " + events.length + " events";
    byId("nothing").hidden = n > 0 || !events.length;
  }
  function clear() {
    form.reset();
    filter();
  }
  if (form && byId("q")) {
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", filter);
    byId("clear").addEventListener("click", function () { clear(); byId("q").focus(); });
    var all = byId("open-all");
    if (document.querySelector(".event details.body")) {
      all.addEventListener("click", function () {
        var open = all.textContent === "Open all";
        document.querySelectorAll(".event details.body").forEach(function (d) { d.open = open; });
        all.textContent = open ? "Close all" : "Open all";
      });
    } else { all.hidden = true; }
    filter();
  }

  // print everything
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (d) { d.open = false; }); });
  reveal();
})();
