export { buildImages, imageNames, type Image } from "./images";
export { haproxyRootTree, redisRootTree } from "./trees";
