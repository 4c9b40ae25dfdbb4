package io.heddle.runtime.verify;

import java.util.Locale;

/** What a sound set of traces obeys. */
public enum Rule {
  /** Every rank has a trace, and there are as many as the network has ranks. */
  RANKS,
  /** AstraSim's files say what they must. */
  MACHINE,
  /** A trace can be read: ids are unique, parents are there. */
  TRACE,
  /** AstraSim reads every record, and takes it for what it is. */
  RECORD,
  /** No nodes of a rank wait for each other in a circle. */
  CIRCLE,
  /** AstraSim can run each node: its attributes say what it does, and with whom. */
  NODE,
  /** A kernel has operations and touches bytes. */
  WORK,
  /** A kernel lasts a nanosecond or more. */
  DURATION,
  /** Groups are those that collectives need, and their messages cannot be confused. */
  GROUP,
  /** The machine's algorithms take each collective to its end. */
  COLLECTIVE,
  /** All members of a group run the same collectives in the same order. */
  SEQUENCE,
  /** Every send has its receive: ranks, tag and size. */
  MESSAGE,
  /** Every rank comes to its end. */
  TERMINATION,
  /** Each lane's nodes are ordered by what they wait for. */
  ORDER,
  /** Receives are posted when they are needed. */
  EARLY_RECEIVE,
  /** AstraSim computes what is meant. */
  MEANING;

  /** As a word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
