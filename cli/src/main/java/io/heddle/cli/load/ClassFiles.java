package io.heddle.cli.load;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Class files by the names of their classes, as one value. */
final class ClassFiles {
  private ClassFiles() {}

  static byte[] bytes(Map<String, byte[]> classFiles) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(classFiles.size());
      for (Map.Entry<String, byte[]> file : classFiles.entrySet()) {
        out.writeUTF(file.getKey());
        out.writeInt(file.getValue().length);
        out.write(file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** What was made of them; empty if it is something else. */
  static Optional<Map<String, byte[]>> of(byte[] value) {
    Map<String, byte[]> classFiles = new HashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        String name = in.readUTF();
        int length = in.readInt();
        if (length < 0 || length > value.length) {
          return Optional.empty();
        }
        byte[] file = new byte[length];
        in.readFully(file);
        classFiles.put(name, file);
      }
      return Optional.of(classFiles);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
