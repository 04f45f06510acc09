package coffer.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Loads the native library: the one on java.library.path, else the one inside the jar. That is
 * written into a folder of its own which only this user can enter, checked against the digests in
 * the jar, loaded, and removed again.
 */
public final class NativeLoader {
  private static final String NAME = "cofferjni";
  private static final String DIGESTS = "SHA256SUMS";

  private static boolean loaded;

  private NativeLoader() {}

  /** Loads the library, once. */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    try {
      System.loadLibrary(NAME);
    } catch (UnsatisfiedLinkError missing) {
      if (onPath()) {
        throw missing; // it is there and does not load: another one would hide that
      }
      loadFromJar(missing);
    }
    loaded = true;
  }

  private static boolean onPath() {
    String file = System.mapLibraryName(NAME);
    String path = System.getProperty("java.library.path", "");
    for (String folder : path.split(File.pathSeparator)) {
      if (!folder.isEmpty() && Files.exists(Path.of(folder, file))) {
        return true;
      }
    }
    return false;
  }

  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return system + "-" + (machine.equals("x86_64") ? "amd64" : machine);
  }

  private static void loadFromJar(UnsatisfiedLinkError missing) {
    String folder = "native/" + platform() + "/";
    byte[] digests = resource(folder + DIGESTS);
    if (digests == null) {
      UnsatisfiedLinkError failure = new UnsatisfiedLinkError(
          "The jar holds no native library for " + platform() + "; install libcofferjni for this"
          + " platform and name its folder in -Djava.library.path");
      failure.initCause(missing);
      throw failure;
    }
    Path place = null;
    List<Path> files = new ArrayList<>();
    try {
      place = Files.createTempDirectory("coffer-"); // mode 0700
      // "<digest>  <name>", in the order in which they are loaded
      for (String line : Text.of(digests).strip().split("\n")) {
        String[] parts = line.split("  ", 2);
        byte[] contents = resource(folder + parts[1]);
        check(parts[1], contents, parts[0]);
        Path file = place.resolve(parts[1]);
        files.add(file);
        Files.write(file, contents, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      }
      for (Path file : files) {
        System.load(file.toString());
      }
    } catch (IOException failure) {
      UnsatisfiedLinkError error = new UnsatisfiedLinkError(
          "The native library cannot be written to " + System.getProperty("java.io.tmpdir")
          + "; choose another folder with -Djava.io.tmpdir: " + failure.getMessage());
      error.initCause(failure);
      throw error;
    } finally {
      remove(files, place);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream stream = NativeLoader.class.getResourceAsStream(name)) {
      return stream == null ? null : stream.readAllBytes();
    } catch (IOException failure) {
      return null;
    }
  }

  private static void check(String name, byte[] contents, String digest) {
    try {
      byte[] found = MessageDigest.getInstance("SHA-256")
          .digest(contents == null ? new byte[0] : contents);
      if (contents == null || !HexFormat.of().formatHex(found).equals(digest)) {
        throw new UnsatisfiedLinkError("The jar is damaged: " + name + " is not what it says");
      }
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every platform has SHA-256
    }
  }

  /** What is loaded stays loaded; its files are needed no more. */
  private static void remove(List<Path> files, Path place) {
    try {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      if (place != null) {
        Files.deleteIfExists(place);
      }
    } catch (IOException left) {
      place.toFile().deleteOnExit();
    }
  }
}
