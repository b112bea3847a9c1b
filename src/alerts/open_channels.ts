/** Every kind of channel, once. */
import type { Channel, ChannelPorts } from "./channel.ts";
import type { ChannelSettings } from "./channel_settings.ts";
import { createBark } from "./channels/bark.ts";
import { createMail } from "./channels/mail.ts";
import { createNtfy } from "./channels/ntfy.ts";
import { createServerChan } from "./channels/serverchan.ts";
import { createWebhook } from "./channels/webhook.ts";

export function openChannel(settings: ChannelSettings, ports: ChannelPorts): Channel {
  switch (settings.kind) {
    case "webhook":
      return createWebhook(settings, ports);
    case "bark":
      return createBark(settings, ports);
    case "serverchan":
      return createServerChan(settings, ports);
    case "ntfy":
      return createNtfy(settings, ports);
    case "mail":
      return createMail(settings, ports);
  }
}
