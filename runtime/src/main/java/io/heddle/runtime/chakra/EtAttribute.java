package io.heddle.runtime.chakra;

/**
 * The attributes of a node that say how it runs, as AstraSim reads them, and four of Heddle's own;
 * others are skipped.
 */
public enum EtAttribute {
  IS_CPU_OP(0, "is_cpu_op"),
  NUM_OPS(1, "num_ops"),
  TENSOR_SIZE(2, "tensor_size"),
  COMM_TYPE(3, "comm_type"),
  COMM_SIZE(4, "comm_size"),
  COMM_PRIORITY(5, "comm_priority"),
  PG_NAME(6, "pg_name"),
  INVOLVED_DIM(7, "involved_dim"),
  COMM_SRC(8, "comm_src"),
  COMM_DST(9, "comm_dst"),
  COMM_TAG(10, "comm_tag"),
  /** Which micro-batch the node belongs to: AstraSim skips it, a picture of the run shows it. */
  MICRO_BATCH(11, "micro_batch"),
  /** Operations that a kernel computes, where {@link #NUM_OPS} says how long it lasts. */
  NOMINAL_NUM_OPS(12, "nominal_num_ops"),
  /** Bytes that a kernel moves, where {@link #TENSOR_SIZE} says how long it lasts. */
  NOMINAL_TENSOR_SIZE(13, "nominal_tensor_size"),
  /** Bytes that communication moves, where {@link #COMM_SIZE} says how long it lasts. */
  NOMINAL_COMM_SIZE(14, "nominal_comm_size");

  private static final EtAttribute[] ALL = values();

  private final int number;
  private final String key;

  EtAttribute(int number, String key) {
    this.number = number;
    this.key = key;
  }

  /** From 0, without gaps. */
  public int number() {
    return number;
  }

  /** Its name in a trace. */
  public String key() {
    return key;
  }

  /** The number of the attribute of that name, or -1. */
  static int find(byte[] buffer, int from, int length) {
    for (EtAttribute attribute : ALL) {
      if (attribute.key.length() == length && matches(attribute.key, buffer, from)) {
        return attribute.number;
      }
    }
    return -1;
  }

  private static boolean matches(String key, byte[] buffer, int from) {
    for (int i = 0; i < key.length(); i++) {
      if (key.charAt(i) != buffer[from + i]) {
        return false;
      }
    }
    return true;
  }
}
