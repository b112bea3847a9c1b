/** The page's files, which become part of the executable. */
import domScript from "./dom.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import lifeScript from "./life.js" with { type: "text" };
import lifeStyle from "./life.css" with { type: "text" };
import page from "./page.html" with { type: "text" };
import pageScript from "./page.js" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };
import phoneScript from "./phone.js" with { type: "text" };
import phoneStyle from "./phone.css" with { type: "text" };
import wordsScript from "./words.js" with { type: "text" };

export interface Asset {
  /** Its `Content-Type`. */
  readonly type: string;
  readonly text: string;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** By path. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "/": { type: "text/html; charset=utf-8", text: page },
  "/icon.svg": { type: "image/svg+xml", text: icon },
  "/page.css": { type: STYLE, text: pageStyle },
  "/phone.css": { type: STYLE, text: phoneStyle },
  "/life.css": { type: STYLE, text: lifeStyle },
  "/page.js": { type: SCRIPT, text: pageScript },
  "/dom.js": { type: SCRIPT, text: domScript },
  "/life.js": { type: SCRIPT, text: lifeScript },
  "/phone.js": { type: SCRIPT, text: phoneScript },
  "/words.js": { type: SCRIPT, text: wordsScript },
};
