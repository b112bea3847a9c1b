/** People and their bots: who there is, whose token counts, and the conversation between two of them. */
import { createBoundedList } from "./bounded_list.ts";
import { mintBotId, mintBotToken, mintPersonId } from "./ids.ts";
import type { Bot, Chat, Person, World } from "./world.ts";

const ENTRIES_MAX = 500;
const CONTEXT_TOKENS_MAX = 50;
const NOTICES_MAX = 100;

export function addPerson(
  world: World,
  given: { readonly id?: string; readonly name?: string } = {},
): Person {
  const id = given.id ?? mintPersonId(world.random);
  const known = world.people.get(id);
  if (known !== undefined) return known;
  const person = { id, name: given.name ?? `person ${world.people.size + 1}` };
  world.people.set(id, person);
  return person;
}

export function findPerson(world: World, id: string): Person {
  const person = world.people.get(id);
  if (person === undefined) throw new RangeError(`No person "${id}": add the person first`);
  return person;
}

/** The bot of `given.owner` (a new person when absent): a new one, or the same with another id and token. */
export function bindBot(
  world: World,
  given: { readonly owner?: string; readonly id?: string; readonly token?: string } = {},
): Bot {
  const owner = addPerson(world, given.owner === undefined ? {} : { id: given.owner });
  const id = given.id ?? given.token?.match(/^[^:]+@im\.bot/)?.[0] ?? mintBotId(world.random);
  const token = given.token ?? mintBotToken(id, world.random);
  const bot = world.bots.get(owner.id) ?? createBot(owner);
  supersede(bot);
  bot.id = id;
  bot.token = token;
  bot.isBound = true;
  world.bots.set(owner.id, bot);
  world.botNames.set(id, bot);
  world.botNames.set(token, bot);
  return bot;
}

function createBot(owner: Person): Bot {
  return {
    owner,
    id: "",
    token: "",
    isBound: false,
    messages: 0,
    answers: 0,
    waiting: [],
    outstanding: new Map(),
    polls: [],
    chats: new Map(),
    sendTimesMs: [],
    throttledUntilMs: 0,
    notices: createBoundedList(NOTICES_MAX),
  };
}

/** The bot with this owner, or that has or ever had this id or token. */
export function findBot(world: World, name: string): Bot {
  const bot = world.bots.get(name) ?? world.botNames.get(name);
  if (bot === undefined) throw new RangeError(`No bot "${name}": give a bot id, token or owner`);
  return bot;
}

/** The bot whose token this is now; `null` for any other text. */
export function botOfToken(world: World, token: string): Bot | null {
  const bot = world.botNames.get(token);
  return bot !== undefined && bot.isBound && bot.token === token ? bot : null;
}

/** Ends the bot's token at once; polls in flight are answered as stale. */
export function supersede(bot: Bot): void {
  bot.isBound = false;
  for (const poll of bot.polls.splice(0)) poll.finish("stale");
}

export function chatWith(world: World, bot: Bot, person: Person): Chat {
  const known = bot.chats.get(person.id);
  if (known !== undefined) return known;
  const chat: Chat = {
    person,
    entries: createBoundedList(ENTRIES_MAX),
    contextTokens: createBoundedList(CONTEXT_TOKENS_MAX),
    sendIds: new Map(),
    lastInboundMs: null,
    sendsLeft: world.settings.budget,
    coolDownUntilMs: 0,
    ticket: "",
    ticketUntilMs: 0,
    typingUntilMs: 0,
    typings: createBoundedList(NOTICES_MAX),
  };
  bot.chats.set(person.id, chat);
  return chat;
}
