/** What commands have in common that ask a hub, running here or elsewhere, or the data directory when none runs. */
import { FLAG_HELP } from "../text/commands.ts";
import type { Option } from "./command.ts";

const HUB_URL: Option = { placeholder: "URL", help: FLAG_HELP.hubUrl };

export const ASKS_HUB = { options: { "hub-url": HUB_URL }, settings: ["adminToken"] } as const;
