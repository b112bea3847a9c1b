/** Building and changing elements. */

/** `h("p.small", { title: "x", onclick: f }, "text", child)`; `null` children and attributes are left out. */
export function h(selector, attributes, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === false) continue;
    if (name.startsWith("on")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

const looks = new WeakMap();

/**
 * Makes `parent` hold `wanted`, told apart by `data-key`. Elements that would look the same stay in place, so that focus,
 * selection and scrolling stay too; those that were not there before get the class `arriving`.
 */
export function patch(parent, wanted) {
  const present = new Map([...parent.children].map((element) => [element.dataset.key, element]));
  wanted.forEach((element, index) => {
    const look = element.outerHTML;
    const old = present.get(element.dataset.key);
    const kept = old !== undefined && looks.get(old) === look ? old : element;
    looks.set(kept, look);
    if (old === undefined) element.classList.add("arriving");
    else if (kept !== old) replace(old, element);
    const place = parent.children[index];
    if (place !== kept) parent.insertBefore(kept, place ?? null);
    present.delete(element.dataset.key);
  });
  for (const old of present.values()) old.remove();
}

function replace(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const path = focused === old ? [] : pathTo(focused, old);
  old.replaceWith(element);
  if (focused === null) return;
  path.reduce((at, index) => at?.children[index], element)?.focus({ preventScroll: true });
}

/** The way from `ancestor` down to `element`, as child numbers. */
function pathTo(element, ancestor) {
  if (element === null || element === ancestor) return [];
  const parent = element.parentElement;
  return [...pathTo(parent, ancestor), [...parent.children].indexOf(element)];
}

export function byId(id) {
  return document.getElementById(id);
}
