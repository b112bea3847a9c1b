/** How the pairing page looks: one column that fits a phone. */
import { html } from "@hono/hono/html";
import { PAIR_PAGE as TEXT } from "../text/pairing.ts";
import type { Lang } from "../text/say.ts";

export type Page =
  | { readonly kind: "words"; readonly text: string }
  | {
    readonly kind: "request";
    /** As people read it. */
    readonly code: string;
    /** What stands in the field. */
    readonly name: string;
    /** "" where nobody knows it. */
    readonly address: string;
    readonly wantsToken: boolean;
    /** What was wrong with what was filled in; `null` at first. */
    readonly problem: string | null;
  };

type Markup = ReturnType<typeof html>;

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0; font: 17px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
  main { max-width: 26rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1rem; }
  dt { opacity: .7; }
  dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
  label { display: block; margin: 1rem 0 .25rem; }
  input { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; border-radius: .5rem;
    border: 1px solid GrayText; background: Field; color: FieldText; }
  button { font: inherit; width: 100%; padding: .8rem; margin-top: 1rem; border-radius: .5rem;
    border: 1px solid GrayText; background: transparent; color: inherit; }
  button.approve { background: #0a7d45; border-color: #0a7d45; color: #fff; font-weight: 600; }
  small { display: block; margin-top: .25rem; opacity: .8; overflow-wrap: anywhere; }
  .problem { border-left: .3rem solid #c62828; padding-left: .75rem; }
`;

/** The whole document. */
export function drawPage(page: Page, lang: Lang): Markup {
  return html`
    <!doctype html>
    <html lang="${lang === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${TEXT.title[lang]} · ilink-hub</title>
        <style>${STYLE}</style>
      </head>
      <body>
        <main>
    <h1>${TEXT.title[lang]}</h1>
    ${page.kind === "words" ? html`<p role="status">${page.text}</p>` : drawRequest(page, lang)}
        </main>
      </body>
    </html>
  `;
}

function drawRequest(page: Extract<Page, { kind: "request" }>, lang: Lang): Markup {
  const { code, name, address, wantsToken, problem } = page;
  return html`
    ${problem === null ? "" : html`<p class="problem" role="alert">${problem}</p>`}
    <p>${TEXT.asks[lang]}</p>
    <dl>
      <dt>${TEXT.code[lang]}</dt>
      <dd>${code}</dd>
      <dt>${TEXT.from[lang]}</dt>
      <dd>${addressText(address, lang)}</dd>
    </dl>
    <p>${TEXT.check[lang]}</p>
    <form method="post" autocomplete="off">
    <label for="name">${TEXT.name[lang]}</label>
    <input id="name" name="name" value="${name}" maxlength="64" autocapitalize="none">
    ${wantsToken
      ? html`<label for="token">${TEXT.token[lang]}</label>
<input id="token" name="token" type="password" autocomplete="current-password">
<small>${TEXT.tokenHint[lang]} <code>ilink-hub pair approve ${code}</code></small>`
      : html`<p>${TEXT.open[lang]}</p>`}
    <button class="approve" name="action" value="approve">${TEXT.approve[lang]}</button>
    <button name="action" value="refuse">${TEXT.refuse[lang]}</button>
    </form>
  `;
}

function addressText(address: string, lang: Lang): string {
  return address === "" || address === "::1" || address.startsWith("127.")
    ? TEXT.thisMachine[lang]
    : address;
}
