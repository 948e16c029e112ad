"use strict";
// Keeps votes: as JSON for `ppocr-server compare report --votes`, or as a copy of this page with the votes in it.
(function () {
  function save(name, kind, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }
  function inputs() {
    return Array.from(document.querySelectorAll("fieldset.vote input"));
  }
  const section = document.getElementById("blind");
  if (!section || inputs().length === 0) { return; }
  document.getElementById("save-votes").addEventListener("click", function () {
    const votes = {};
    inputs().forEach(function (input) { if (input.checked) { votes[input.name] = input.value; } });
    save("votes.json", "application/json", JSON.stringify({ report: section.dataset.report, votes: votes }, null, 1));
  });
  document.getElementById("save-page").addEventListener("click", function () {
    inputs().forEach(function (input) { input.toggleAttribute("checked", input.checked); });
    save("report-with-votes.html", "text/html", "<!DOCTYPE html>\n" + document.documentElement.outerHTML);
  });
})();
