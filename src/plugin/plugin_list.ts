/** What the owner is shown of all plugins, and of the settings about them that are not in force. */
import { dirname } from "node:path";
import type { PluginView } from "../core/plugin_desk.ts";
import { type PluginProblem, type PluginSettings, unknownNames } from "./catalog.ts";
import type { Choice } from "./choose.ts";
import { SHIPPED_IDS } from "./shipped.ts";
import { type ShippedSeat, viewProblem } from "./shipped_seats.ts";
import type { UserPlugin } from "./user_plugin.ts";

export interface AllPlugins {
  /** In the order of their files. */
  readonly users: readonly UserPlugin[];
  readonly shipped: readonly ShippedSeat[];
  readonly choice: Choice;
  readonly settings: PluginSettings;
  readonly isPromoted: (file: string) => boolean;
  /** Further problems. */
  readonly problems: readonly PluginProblem[];
}

/** The names under which the settings may speak of a user's plugin. */
export function namesOf(id: string, file: string): readonly string[] {
  return file.includes("/") ? [id, file, dirname(file)] : [id, file];
}

/** Those who are asked, in their order, then the rest, then problems. An id that was taken gives way to the file's name. */
export function viewPlugins(all: AllPlugins): readonly PluginView[] {
  const { users, shipped, choice, settings } = all;
  const asked = choice.placed.map(({ id, file }) =>
    file === ""
      ? choice.shipped.find(({ seat }) => seat.info.id === id)?.view("running")
      : users.find((user) => user.file === file)?.view
  ).filter((view) => view !== undefined);
  const others = users.map((user) => user.view)
    .filter(({ file }) => !asked.some((view) => view.file === file));
  const off = shipped.filter(({ seat: { info } }) => settings.disabled.includes(info.id))
    .map((one) => one.view("disabled"));
  const problems = tellProblems(all).map(({ about, text }) => viewProblem(about, text));
  const taken = new Set<string>();
  return [...asked, ...others, ...off, ...problems].map((view) => {
    const id = taken.has(view.id) && view.file !== "" ? view.file : view.id;
    taken.add(id);
    return { ...view, id };
  });
}

/** What is wrong besides single files of the user's. */
export function tellProblems(
  { users, settings, isPromoted, problems }: AllPlugins,
): PluginProblem[] {
  const known = [
    ...SHIPPED_IDS.map((id) => ({ id, file: "" })),
    ...users.flatMap(({ id, file }) => namesOf(id, file).map((name) => ({ id, file: name }))),
  ];
  const promoted = users.filter(({ id, file }) =>
    isPromoted(file) && namesOf(id, file).some((name) => settings.shadow.includes(name))
  ).map(({ id, file }) => ({
    about: "plugins.shadow",
    text: `plugins.shadow still names "${id}" (${file}), which was promoted: remove it there`,
  }));
  return [...problems, ...unknownNames(known, settings), ...promoted];
}
