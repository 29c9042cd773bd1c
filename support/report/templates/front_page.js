(() => {
  const folded = () => document.querySelectorAll("#verdict details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
  // Links to behaviours stay in this section; the page below reads every other anchor as one of its own.
  document.getElementById("verdict").addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#behaviour-"]');
    if (!link) return;
    event.preventDefault();
    const row = document.getElementById(link.getAttribute("href").slice(1));
    for (let one = row; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    row.scrollIntoView({ block: "center" });
  });
})();
