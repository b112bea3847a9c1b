/** Every sentence a person reads is there in Chinese and in English, with the same places to fill in. */

/** One sentence for each breach in what a module of `src/text` exports; `name` says where it stands. */
export function findLanguageBreaches(value: unknown, name: string): string[] {
  if (typeof value === "string") {
    return /[\p{Script=Han} ]/u.test(value) ? [`${name} is there in one language only`] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  const members = Object.entries(value);
  const isPair = "zh" in value || "en" in value;
  if (!isPair) {
    return members.flatMap(([key, part]) => findLanguageBreaches(part, `${name}.${key}`));
  }
  const { zh, en } = value as { zh?: unknown; en?: unknown };
  return comparePair(zh, en, name);
}

function comparePair(zh: unknown, en: unknown, name: string): string[] {
  if (typeof zh !== typeof en) return [`${name} is ${typeof zh} in zh and ${typeof en} in en`];
  if (typeof zh === "string" && typeof en === "string") return compareTexts(zh, en, name);
  if (typeof zh === "function" && typeof en === "function") {
    const sameShape = zh.length === en.length;
    return sameShape
      ? compareTexts(String(zh), String(en), name)
      : [`${name} takes unlike arguments`];
  }
  if (typeof zh !== "object" || zh === null || en === null) return [];
  const parts = (value: object) => new Map(Object.entries(value));
  const [inZh, inEn] = [parts(zh), parts(en as object)];
  return [...new Set([...inZh.keys(), ...inEn.keys()])]
    .flatMap((key) => comparePair(inZh.get(key), inEn.get(key), `${name}.${key}`));
}

function compareTexts(zh: string, en: string, name: string): string[] {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted().join(" ");
  return [
    ...(zh.trim() === "" || en.trim() === "" ? [`${name} is empty in one language`] : []),
    ...(looksEnglish(zh) ? [`${name} has no Chinese in zh: ${zh}`] : []),
    ...(places(zh) === places(en) ? [] : [`${name} fills in other places in zh than in en`]),
  ];
}

/** Single words stand in both languages: commands, names, and the name of the other language. */
function looksEnglish(text: string): boolean {
  const hasChinese = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(text);
  return !hasChinese && /[a-z]{2,} [a-z]{2,}/i.test(text);
}
