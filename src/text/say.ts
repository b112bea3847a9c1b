/** How a sentence is said: both languages side by side, with named places that the types check. */

export type Lang = "zh" | "en";

/** One sentence in both languages; `{name}` is a place to fill in, the same ones in both. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** The names of the places of a text. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Places<Rest>
  : never;

export type Fillings<S extends Sentence> = [Places<S["en"]>] extends [never] ? []
  : [{ readonly [Name in Places<S["en"]>]: string | number }];

/** The sentence in one language, its places filled in. */
export function say<const S extends Sentence>(
  lang: Lang,
  sentence: S,
  ...[fillings]: Fillings<S>
): string {
  if (fillings === undefined) return sentence[lang];
  const values: Readonly<Record<string, string | number>> = fillings;
  return sentence[lang].replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/** More names than this are not told in one line. */
const NAMED_MAX = 10;

/** Names in one line; of very many the first. */
export function listNames(names: readonly string[], lang: Lang): string {
  const named = names.slice(0, NAMED_MAX).join(lang === "zh" ? "、" : ", ");
  return names.length > NAMED_MAX ? `${named}${lang === "zh" ? "……" : " ..."}` : named;
}
