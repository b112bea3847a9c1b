/** Arbitrary JSON as text: any values, any notation of numbers, any white space, keys that repeat or are special. */
import fc from "fast-check";

/** A text and, of a container, the texts of its direct children. */
export interface JsonText {
  readonly text: string;
  readonly children: readonly { readonly key: string; readonly text: string }[];
}

const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 });

/** Digits no double keeps, exponents, fractions that end in zeros, minus zero. */
export const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.bigInt({ min: 7_000_000_000_000_000_000n, max: 7_900_000_000_000_000_000n }).map(String),
  fc.constantFrom("-0", "0", "-0.0", "1e400", "-1E+2", "1.50", "0.1e-7", "123456789012345678.90"),
  fc.tuple(
    fc.constantFrom("", "-"),
    fc.oneof(fc.constant("0"), fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String)),
    fc.oneof(fc.constant(""), fc.nat().map((digits) => `.${digits}`)),
    fc.oneof(
      fc.constant(""),
      fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.nat(400))
        .map((parts) => parts.join("")),
    ),
  ).map((parts) => parts.join("")),
);

const plainString = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom('a"b', "\\", "}],{[", "-0", "1.5", "1234567890123456789", "\ud800", "\u2028"),
);

/** The same string in one of the ways JSON can write it. */
const stringText = fc.tuple(plainString, fc.boolean()).map(([value, isEscaped]) =>
  isEscaped
    ? `"${
      Array.from(
        { length: value.length },
        (_, at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join("")
    }"`
    : JSON.stringify(value)
);

export const key = fc.oneof(
  fc.constantFrom("msgs", "__proto__", "constructor", "toString", "0", "1", "", "a", "ret"),
  fc.string({ unit: "binary", maxLength: 5 }),
);

const scalar = fc.oneof(numberText, stringText, fc.constantFrom("null", "true", "false"))
  .map((text): JsonText => ({ text, children: [] }));

/** An array, of which the children's keys are "". */
export function arrayOf(element: fc.Arbitrary<JsonText>): fc.Arbitrary<JsonText> {
  return fc.tuple(fc.array(fc.tuple(space, element, space), { maxLength: 5 }), space)
    .map(([elements, inner]) => ({
      text: `[${
        elements.map(([before, { text }, after]) => before + text + after).join(",") || inner
      }]`,
      children: elements.map(([, { text }]) => ({ key: "", text })),
    }));
}

/** An object whose keys may repeat. */
export function objectOf(value: fc.Arbitrary<JsonText>): fc.Arbitrary<JsonText> {
  const member = fc.tuple(space, key, space, space, value, space);
  return fc.tuple(fc.array(member, { maxLength: 5 }), space).map(([members, inner]) => ({
    text: `{${
      members.map(([before, name, around, after, { text }, last]) =>
        `${before}${JSON.stringify(name)}${around}:${after}${text}${last}`
      ).join(",") || inner
    }}`,
    children: members.map(([, name, , , { text }]) => ({ key: name, text })),
  }));
}

function valueOf(depth: number): fc.Arbitrary<JsonText> {
  if (depth === 0) return scalar;
  const inner = valueOf(depth - 1);
  return fc.oneof(scalar, arrayOf(inner), objectOf(inner));
}

export const jsonValue = valueOf(3);
