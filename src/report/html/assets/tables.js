// Sorting: a button in each column's head; numbers the largest first, words from A to Z, then the other way round.
function sortBy(table, column, button) {
  const head = button.parentElement;
  const numbers = head.classList.contains("number");
  const first = numbers ? "descending" : "ascending";
  const order = head.ariaSort === first ? (numbers ? "ascending" : "descending") : first;
  table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const value = (row) => (numbers ? parseFloat(row.cells[column].dataset.value) : row.cells[column].textContent);
  const compare = (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (!numbers) return sign * a.localeCompare(b);
    // What is not known stands last, whichever way.
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return sign * (a - b);
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare));
}

document.querySelectorAll("table.sortable").forEach((table) => {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(table, column, button));
    head.replaceChildren(button);
  });
});
