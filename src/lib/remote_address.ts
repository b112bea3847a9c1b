/** From where a request came, as the server in front of an app knows it. */

/** The address in the bindings that the server gives; "" where there is none, as in a call in process. */
export function remoteAddress(bindings: unknown): string {
  const { incoming } = Object(bindings) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  };
  return (incoming?.socket?.remoteAddress ?? "").replace(/^::ffff:/, "");
}
