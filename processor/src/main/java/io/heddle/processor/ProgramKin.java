package io.heddle.processor;

import io.heddle.processor.program.RankProgram;

/**
 * A program, and those of other plans that take its place where what they differ in is of no
 * account: each is itself alone, so that many plans share what was found of it.
 *
 * @param own the program
 * @param like the program, or one that is the same but for the order of the mesh
 * @param passesLike the program, or one whose passes are the same
 */
record ProgramKin(RankProgram own, RankProgram like, RankProgram passesLike) {}
