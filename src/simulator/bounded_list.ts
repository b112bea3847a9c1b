/** A list that forgets its oldest items. */
export interface BoundedList<T> {
  push(item: T): void;
  /** The newest items, oldest of them first; at most as many as the list holds. */
  items(): readonly T[];
  clear(): void;
}

export function createBoundedList<T>(itemsMax: number): BoundedList<T> {
  let kept: T[] = [];
  return {
    push(item) {
      kept.push(item);
      // Cutting off half at once keeps the cost of one push constant on average.
      if (kept.length >= 2 * itemsMax) kept = kept.slice(-itemsMax);
    },
    items: () => kept.slice(-itemsMax),
    clear() {
      kept = [];
    },
  };
}
