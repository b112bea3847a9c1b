/** The page's files, which become part of the executable. */
import css from "./page.css" with { type: "text" };
import dom from "./dom.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import html from "./page.html" with { type: "text" };
import life from "./life.js" with { type: "text" };
import page from "./page.js" with { type: "text" };
import phone from "./phone.js" with { type: "text" };
import words from "./words.js" with { type: "text" };

export interface Asset {
  /** Its `Content-Type`. */
  readonly type: string;
  readonly text: string;
}

const CSS = "text/css; charset=utf-8";
const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** By path. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "/": { type: HTML, text: html },
  "/page.css": { type: CSS, text: css },
  "/icon.svg": { type: "image/svg+xml", text: icon },
  "/page.js": { type: SCRIPT, text: page },
  "/dom.js": { type: SCRIPT, text: dom },
  "/life.js": { type: SCRIPT, text: life },
  "/phone.js": { type: SCRIPT, text: phone },
  "/words.js": { type: SCRIPT, text: words },
};
