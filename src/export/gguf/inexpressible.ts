/** Something about a tokenizer that llama.cpp does not have; the message goes on from "of this model". */
export class Inexpressible extends Error {}
