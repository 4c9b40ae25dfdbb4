package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the library's models and the examples generate compiles without a warning, in methods
 * that the virtual machine compiles: it leaves those of more than 8,000 bytes to the interpreter.
 */
final class BytecodeTest {
  static List<Named<TfmCompiler.Compiled>> plans() {
    return Sources.allPlans().stream()
        .map(compiled -> Named.of(compiled.plan().name(), compiled))
        .toList();
  }

  @Test
  void thereArePlans() {
    assertThat(plans()).hasSizeGreaterThanOrEqualTo(18);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void methodsAreShortEnoughToBeCompiled(TfmCompiler.Compiled plan) throws IOException {
    Map<String, Integer> lengths = new LinkedHashMap<>();
    GeneratedClass generated = GeneratedClass.of(plan.java("demo"));
    for (Map.Entry<String, byte[]> type : generated.bytecode().entrySet()) {
      methods(type.getKey(), type.getValue(), lengths);
    }
    assertThat(lengths).hasSizeGreaterThan(15);
    lengths.forEach((method, length) -> assertThat(length).as(method).isLessThan(longest(method)));
  }

  /**
   * HotSpot compiles no method of 8,000 bytes or more. A constructor, which makes the kernels, runs
   * once and needs no compiler, but a method has at most 65,535 bytes.
   */
  private static int longest(String method) {
    return method.contains("<init>") ? 32_000 : 8_000;
  }

  /** Lengths of the code of all methods (Java Virtual Machine Specification, chapter 4). */
  private static void methods(String type, byte[] bytes, Map<String, Integer> lengths)
      throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    in.skipBytes(8);
    String[] constants = constants(in);
    in.skipBytes(6);
    in.skipBytes(2 * in.readUnsignedShort());
    for (int kind = 0; kind < 2; kind++) {
      int members = in.readUnsignedShort();
      for (int member = 0; member < members; member++) {
        in.skipBytes(2);
        String name = constants[in.readUnsignedShort()];
        String descriptor = constants[in.readUnsignedShort()];
        int attributes = in.readUnsignedShort();
        for (int attribute = 0; attribute < attributes; attribute++) {
          String attributeName = constants[in.readUnsignedShort()];
          byte[] content = new byte[in.readInt()];
          in.readFully(content);
          if (attributeName.equals("Code")) {
            DataInputStream code = new DataInputStream(new ByteArrayInputStream(content));
            code.skipBytes(4);
            lengths.put(type + "." + name + descriptor, code.readInt());
          }
        }
      }
    }
  }

  /** The strings of the constant pool by their index. */
  private static String[] constants(DataInputStream in) throws IOException {
    String[] constants = new String[in.readUnsignedShort()];
    for (int i = 1; i < constants.length; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> constants[i] = in.readUTF();
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
        case 5, 6 -> {
          in.skipBytes(8);
          i++;
        }
        case 15 -> in.skipBytes(3);
        default -> in.skipBytes(2);
      }
    }
    return constants;
  }
}
