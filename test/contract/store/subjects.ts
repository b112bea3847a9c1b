/** All that a store promises. */
import { ACCOUNTS } from "./accounts.ts";
import { CLIENTS } from "./clients.ts";
import { FOREIGN_QUOTES } from "./foreign_quotes.ts";
import { HAND_OUT } from "./hand_out.ts";
import { INGEST } from "./ingest.ts";
import { LOOKS } from "./looks.ts";
import { PINS } from "./pins.ts";
import { REHEARSALS } from "./rehearsals.ts";
import { REPLIES } from "./replies.ts";
import { ROUTE } from "./route.ts";
import { SCRIPTS } from "./scripts.ts";
import { SENDS } from "./sends.ts";
import { SETTLE } from "./settle.ts";
import type { Subject } from "./suite.ts";
import { WAITS } from "./waits.ts";

export const SUBJECTS: readonly Subject[] = [
  ACCOUNTS,
  CLIENTS,
  INGEST,
  FOREIGN_QUOTES,
  ROUTE,
  SETTLE,
  REHEARSALS,
  HAND_OUT,
  REPLIES,
  PINS,
  SCRIPTS,
  SENDS,
  WAITS,
  LOOKS,
];
