/** What the demo's page shows and what it can do; the command builds it from the simulator, the hub and the agents. */

export interface Scene {
  /** The conversation as the person's phone shows it. */
  phone(): PhoneView;
  agents(): Promise<readonly AgentView[]>;
  /** The newest messages and all that is known of each, newest first; see `MessageTrace` for their shape. */
  lives(): Promise<readonly Life[]>;
  /** Calls `action` whenever the phone's view changes; the returned function ends that. */
  watch(action: () => void): () => void;
  /** The person writes. */
  say(words: Words): void;
  /** Starts or stops a sample agent; false when there is none of this name. */
  switchAgent(name: string, isOn: boolean): Promise<boolean>;
}

export interface PhoneView {
  /** Oldest first. */
  readonly bubbles: readonly Bubble[];
  readonly isTyping: boolean;
}

export interface Bubble {
  /** Digits of WeChat's id, by which a quote names it. */
  readonly id: string;
  readonly by: "person" | "bot";
  readonly atMs: number;
  readonly kind: "text" | "image" | "voice" | "file" | "video" | "other";
  /** The text, the transcript, the file's name; "" where there is none. */
  readonly text: string;
  /** Digits of the quoted bubble's id; `null` without a quote. */
  readonly quotes: string | null;
}

export interface AgentView {
  readonly name: string;
  readonly label: string;
  /** What the hub sees. */
  readonly state: "polling" | "busy" | "away" | "new";
  /** How many messages wait for it. */
  readonly waiting: number;
  /** Whether the program runs; `null` for one that is not the demo's own. */
  readonly isOn: boolean | null;
}

/** One message's life; the page reads the rest. */
export interface Life {
  readonly id: number;
}

export interface Words {
  readonly kind: "text" | "image" | "voice" | "file";
  /** The text, the transcript, the file's name; not used for pictures. */
  readonly text: string;
  readonly quotes: string | null;
}
