/**
 * What the hub itself says in a chat, and how it words its decisions for `/why`, traces and pages. The shipped plugins have
 * tables of their own. A line to a person costs one of about ten sends.
 */
import type { Sentence } from "./say.ts";

export const CHAT_TEXT = {
  // ── to the person
  noClient: {
    zh: "还没有接入任何智能体，这条消息先留着。",
    en: "No agent is connected yet; your message is kept.",
  },
  noDefault: {
    zh: "不知道该给谁，这条消息先留着。请这样写：@{first} 内容。现在有：{names}",
    en: "Nobody is chosen for this; your message is kept. Write @{first} TEXT. There are: {names}",
  },
  pinWhich: {
    zh: "这是回答谁的？请回复名字：{names}",
    en: "Who is this answer for? Reply with a name: {names}",
  },
  pinForAll: {
    zh: "没有群发：{names} 在等回答，群发不算回答。要回答请写：@{first} 内容",
    en:
      "Not sent: {names} asked you something, and a text for all answers nobody. To answer write @{first} TEXT",
  },
  pairingApproved: {
    zh: "已批准 {name} 接入，它马上就会连上。改名：ilink-hub client rename",
    en: "{name} is approved and will connect in a moment. Rename it with ilink-hub client rename",
  },
  broadcastTooMany: {
    zh:
      "群发给 {count} 个智能体至少要回 {count} 条，而一条消息只能回 {max} 条。没有发出，请用「@名字 内容」分别发给要找的。",
    en:
      "{count} agents would need {count} answers at least, and one message gets {max}. It was not sent; write @NAME TEXT to those you want.",
  },
  restInFile: {
    zh: "（太长，全文见文件 answer.md）",
    en: "(too long for a chat: the whole answer is in answer.md)",
  },
  toolsAtWork: { zh: "[工具] {names}", en: "[tool] {names}" },

  // ── reasons
  pairingReason: {
    zh: "主人发来接入码，批准了 {name}",
    en: "the owner sent the code of a pairing request and so approved {name}",
  },
  senderNotAllowed: { zh: "这个人没有使用权限", en: "this sender is not allowed" },
  groupNotAllowed: { zh: "这个群没有使用权限", en: "this group is not allowed" },
  onlyClient: { zh: "只有这一个智能体", en: "it is the only agent" },
  defaultClient: { zh: "这是账号的默认智能体", en: "it is the account's default agent" },
  noClientReason: { zh: "还没有智能体", en: "there is no agent" },
  noDefaultReason: {
    zh: "没有插件选定，也没有默认智能体",
    en: "no plugin chose and the account has no default agent",
  },
  pluginFault: { zh: "插件 {plugin} 出错：{text}", en: "the plugin {plugin} failed: {text}" },
  clientsGone: {
    zh: "选定的智能体一再被移除",
    en: "the chosen agents were removed again and again",
  },
  settleFailed: { zh: "决定没能保存：{text}", en: "the decision could not be stored: {text}" },

  broadcastTooManyReason: {
    zh: "群发给 {count} 个智能体，而一条消息只能回 {max} 条",
    en: "it was for {count} agents, and one message gets {max} answers",
  },

  pinAnswered: { zh: "回答 {name} 刚才的问题", en: "it answers what {name} asked" },
  pinNamed: { zh: "说明了回答的是 {name}", en: "it says that the answer is for {name}" },
  pinUnclear: { zh: "{names} 都在等回答", en: "{names} wait for an answer" },

  pinNotForAll: {
    zh: "{names} 在等回答，一句短话不同时发给几个智能体",
    en: "{names} asked something, and a short text for several answers nobody",
  },

  progressTyping: {
    zh: "工具通知不发出，显示为“正在输入”",
    en: "a notice of a tool, not sent: it shows as typing",
  },
  progressDrop: {
    zh: "按这个智能体的设置，工具通知不发出",
    en: "a notice of a tool, not sent: the agent's setting drops it",
  },
  progressMerge: {
    zh: "工具通知并成一行",
    en: "notices of tools, as one line",
  },
  longAsFile: {
    zh: "超过剩下的次数：开头发文字，全文发文件",
    en: "more parts than sends are left: the beginning as text, the whole as a file",
  },

  // ── decisions in words
  deliver: { zh: "发给 {names}：{reason}", en: "to {names}: {reason}" },
  answer: { zh: "hub 自己回答：{reason}", en: "answered by the hub: {reason}" },
  park: { zh: "留着没有发出：{reason}", en: "kept, not delivered: {reason}" },
  drop: { zh: "不处理：{reason}", en: "dropped: {reason}" },
  passed: { zh: "{plugin}：放行", en: "{plugin}: passed" },
  passedBecause: { zh: "{plugin}：放行（{reason}）", en: "{plugin}: passed ({reason})" },
  decided: { zh: "{plugin}：由它决定", en: "{plugin}: decided" },
  failed: { zh: "{plugin}：出错（{text}）", en: "{plugin}: failed ({text})" },
  fallback: { zh: "没有插件选定", en: "no plugin chose" },

  // ── where a message went, in a table
  placeAnswered: { zh: "hub 回答", en: "answered by the hub" },
  placeParked: { zh: "留着（{why}）", en: "kept ({why})" },
  placeDropped: { zh: "不处理（{why}）", en: "dropped ({why})" },
} as const satisfies Record<string, Sentence>;
