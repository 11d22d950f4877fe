import { main } from "@pulumi/pulumi/provider";
import { ComponentProvider } from "./provider";

void main(new ComponentProvider(), process.argv.slice(2));
