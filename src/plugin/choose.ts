/** Who is asked, out of all plugins there are: one for each id, in order, and the shadows beside them. */
import { arrange, type PluginSettings } from "./catalog.ts";
import type { Roll, Seat } from "./roster.ts";
import type { ShippedSeat } from "./shipped_seats.ts";
import type { UserPlugin } from "./user_plugin.ts";

export interface SeatPlaced {
  readonly id: string;
  /** Name in the plugins folder; "" for shipped ones. */
  readonly file: string;
  readonly seat: Seat;
}

export interface Choice {
  readonly roll: Roll;
  /** The roll's seats, with their places. */
  readonly placed: readonly SeatPlaced[];
  /** User's plugin -> the one that stands in its place. */
  readonly losers: ReadonlyMap<UserPlugin, UserPlugin>;
  readonly shipped: readonly ShippedSeat[];
}

export function chooseSeats({ users, shipped, settings, isPromoted }: {
  readonly users: readonly UserPlugin[];
  readonly shipped: readonly ShippedSeat[];
  readonly settings: Pick<PluginSettings, "order" | "disabled">;
  readonly isPromoted: (file: string) => boolean;
}): Choice {
  const deciders = users.filter(({ role }) => role === "decides");
  const winners: UserPlugin[] = [];
  const losers = new Map<UserPlugin, UserPlugin>();
  for (const rivals of Map.groupBy(deciders, ({ id }) => id).values()) {
    const winner = findWinner(rivals, isPromoted);
    if (winner === undefined) continue;
    winners.push(winner);
    for (const rival of rivals) if (rival !== winner) losers.set(rival, winner);
  }
  const replaced = deciders.filter(({ isIdKnown }) => isIdKnown).map(({ id }) => id);
  const kept = shipped.filter(({ seat: { info } }) =>
    !replaced.includes(info.id) && !settings.disabled.includes(info.id)
  );
  const candidates: SeatPlaced[] = [
    ...kept.map(({ seat }) => ({ id: seat.info.id, file: "", seat })),
    ...winners.flatMap(seatOf),
  ];
  const placed = arrange(candidates, settings.order);
  const shadows = users.filter(({ role }) => role === "shadow").flatMap(seatOf).map((shadow) => {
    const others = placed.filter(({ id }) => id !== shadow.id);
    const order = arrange([...others, shadow], settings.order);
    const after = order.slice(0, order.indexOf(shadow)).map(({ id }) => id);
    return { seat: shadow.seat, after };
  });
  return {
    roll: { seats: placed.map(({ seat }) => seat), shadows },
    placed,
    losers,
    shipped: kept,
  };
}

/** Of several with one id: one that was promoted, else one that can run, else the first by its file's name. */
function findWinner(
  rivals: readonly UserPlugin[],
  isPromoted: (file: string) => boolean,
): UserPlugin | undefined {
  const able = rivals.filter(({ claim }) => claim.kind === "runs" || claim.kind === "rests");
  return able.find(({ file }) => isPromoted(file)) ?? able[0] ??
    rivals.find(({ claim }) => claim.kind === "blocks");
}

function seatOf({ id, file, claim }: UserPlugin): SeatPlaced[] {
  return claim.kind === "runs" || claim.kind === "blocks" ? [{ id, file, seat: claim.seat }] : [];
}
