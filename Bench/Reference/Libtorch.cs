using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>libtorch, made to load on this system, and what it says of itself.</summary>
static class Libtorch
{
    static string Native => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    /// <summary>Readies the library; the first thing a command does that needs it.</summary>
    public static void Load(int threads = 2)
    {
        string library = Path.Combine(Native, "libLibTorchSharp.so");
        if (File.Exists(library)) WeakenVersionNeeds(library, "GLIBCXX_3.4.31", "GLIBCXX_3.4.32");
        torch.set_num_threads(threads);
    }

    /// <summary>libtorch's own account of how it was built and which registers it uses.</summary>
    public static unsafe string Configuration()
    {
        nint library = NativeLibrary.Load(Path.Combine(Native, "libtorch_cpu.so"));
        // at::show_config() returns a std::string through a hidden pointer: address and length are its first two words.
        if (!NativeLibrary.TryGetExport(library, "_ZN2at11show_configB5cxx11Ev", out nint function)) return "";
        byte* text = stackalloc byte[64];
        ((delegate* unmanaged<byte*, byte*>)function)(text);
        return Marshal.PtrToStringUTF8(*(nint*)text, (int)*(long*)(text + 8));
    }

    /// <summary>The registers that ATen's own kernels use: AVX2, AVX512, DEFAULT.</summary>
    public static string Capability() => Configuration().Split('\n').FirstOrDefault(line => line.Contains("CPU capability", StringComparison.Ordinal))?.Split(' ')[^1] ?? "?";

    // TorchSharp's library was linked against GCC 13's libstdc++ and will not load beside an older one, although the one symbol that it wants of it
    // is a mere marker, never called. In the ELF file every needed version has a flag "weak" (2): the loader then does without.
    static void WeakenVersionNeeds(string path, params string[] versions)
    {
        const uint versionNeeds = 0x6FFFFFFE;
        byte[] file = File.ReadAllBytes(path);
        long Word(long at, int bytes) => bytes switch { 2 => BitConverter.ToUInt16(file, (int)at), 4 => BitConverter.ToUInt32(file, (int)at), _ => BitConverter.ToInt64(file, (int)at) };
        long sections = Word(0x28, 8), size = Word(0x3A, 2), count = Word(0x3C, 2);
        bool changed = false;
        for (long section = sections; section < sections + count * size; section += size)
        {
            if (Word(section + 4, 4) != versionNeeds) continue;
            long names = Word(sections + Word(section + 40, 4) * size + 24, 8);
            for (long need = Word(section + 24, 8), next = 1; next != 0; need += next)
            {
                next = Word(need + 12, 4);
                long entry = need + Word(need + 8, 4);
                for (long left = Word(need + 2, 2); left > 0; left--, entry += Word(entry + 12, 4))
                {
                    long name = names + Word(entry + 8, 4);
                    string version = Encoding.ASCII.GetString(file, (int)name, Array.IndexOf<byte>(file, 0, (int)name) - (int)name);
                    if (!versions.Contains(version) || (file[entry + 4] & 2) != 0) continue;
                    file[entry + 4] |= 2;
                    changed = true;
                }
            }
        }
        if (changed) File.WriteAllBytes(path, file);
    }
}
