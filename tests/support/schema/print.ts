// Prints the schema as the types have it now, for the test that holds the committed one against it.
import { schema } from ".";

process.stdout.write(schema());
