package io.heddle.runtime.chakra;

import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.chakra.proto.Node;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keys of the fields that a trace uses, and the encoded beginnings of its attributes. */
final class Wire {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  static final int NODE_ID = varintKey(Node.ID_FIELD_NUMBER);
  static final int NODE_NAME = delimitedKey(Node.NAME_FIELD_NUMBER);
  static final int NODE_TYPE = varintKey(Node.TYPE_FIELD_NUMBER);
  static final int CONTROL_DEPENDENCIES = delimitedKey(Node.CTRL_DEPS_FIELD_NUMBER);
  static final int DATA_DEPENDENCIES = delimitedKey(Node.DATA_DEPS_FIELD_NUMBER);
  static final int ATTRIBUTE = delimitedKey(Node.ATTR_FIELD_NUMBER);

  private Wire() {}

  /** Name and value key of a {@code bool}, {@code int32}, {@code int64} or {@code uint64}. */
  static byte[] numberAttribute(String name, int valueField) {
    return attribute(name, varintKey(valueField));
  }

  /** Name and value key of a {@code string}; its length follows. */
  static byte[] stringAttribute(String name) {
    return attribute(name, delimitedKey(AttributeProto.STRING_VAL_FIELD_NUMBER));
  }

  /** Name and value key of a list; its length follows. */
  static byte[] listAttribute(String name, int valueField) {
    return attribute(name, delimitedKey(valueField));
  }

  private static byte[] attribute(String name, int valueKey) {
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.write(delimitedKey(AttributeProto.NAME_FIELD_NUMBER));
    encoded.write(text.length);
    encoded.writeBytes(text);
    // A field number above 15 makes a key of two bytes.
    if (valueKey >= 0x80) {
      encoded.write(valueKey | 0x80);
      encoded.write(valueKey >> 7);
    } else {
      encoded.write(valueKey);
    }
    return encoded.toByteArray();
  }

  private static int varintKey(int field) {
    return field << 3 | VARINT;
  }

  private static int delimitedKey(int field) {
    return field << 3 | LENGTH_DELIMITED;
  }
}
