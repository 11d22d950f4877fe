export { buildImages, imageNames, type Image } from "./images";
export { rcloneRootTree } from "./rclone-tree";
export { haproxyRootTree, redisRootTree } from "./trees";
