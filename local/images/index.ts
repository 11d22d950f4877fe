export { buildImages, imageNames, type Image } from "./images";
export { redisRootTree } from "./trees";
