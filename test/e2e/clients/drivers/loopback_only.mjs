/** Loaded by Node before a program: names of other machines are not looked up, so that it cannot leave this one. */
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const { lookup } = dns;
const { lookup: promisedLookup } = dns.promises;

dns.lookup = (name, ...rest) => isHere(name) ? lookup(name, ...rest) : rest.at(-1)(refusal(name));
dns.promises.lookup = async (name, options) => {
  if (!isHere(name)) throw refusal(name);
  return await promisedLookup(name, options);
};
syncBuiltinESMExports();

function isHere(name) {
  return name === "localhost" || name === "127.0.0.1" || name === "::1";
}

function refusal(name) {
  return Object.assign(new Error(`${name} is not looked up in a test`), { code: "ENOTFOUND" });
}
