using System.Text;

namespace NativeSsl.Tests.Images;

// Files that are wrong in one way each, with what the error has to say of it. The format has no header: a length and a label are all
// that can be wrong, so they are tried at every edge; the names of the classes have more ways.
public sealed partial class CifarImagesTests
{
    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        bool names = kind.StartsWith("names", StringComparison.Ordinal);
        MalformedFileException? Read() => names ? Names(file) : Open(file);
        Read();                                                                 // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread();
        MalformedFileException? error = Read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384 + (names ? 16 : 1) * file.Length);
        Assert.NotNull(error);
        Assert.StartsWith("bad.bin: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void There_are_at_least_sixty_kinds() => Assert.InRange(Kinds.Count, 60, 1000);

    static Dictionary<string, (byte[] File, string Reason)> Kinds { get; } = Collect();

    static Dictionary<string, (byte[], string)> Collect()
    {
        Dictionary<string, (byte[], string)> kinds = new() { ["empty"] = ([], "it is empty") };
        foreach (int length in new[] { 1, 2, 1024, 3071, 3072, 3075, 3100, 6144, 6145, 6147, 9218, 9220, 30_000 })
            kinds[$"{length} bytes"] = (new byte[length],
                $"its {length} bytes are no whole number of records of 3073; the one from byte {length / Record * Record} on is cut short");
        foreach (int records in new[] { 1, 2, 10 })
            kinds[$"{records} records of CIFAR-100"] = (new byte[records * 3074], "Is this CIFAR-100?");
        foreach (byte label in new byte[] { 10, 11, 99, 127, 128, 254, 255 })
            for (int place = 0; place < 4; place++)
            {
                byte[] labels = [1, 2, 3, 4];
                labels[place] = label;
                kinds[$"label {label} in record {place}"] =
                    (Make(labels), $"byte {place * Record}: label {label}, but there are 10 classes");
            }
        foreach ((string kind, byte[] head) in new (string, byte[])[]
        {
            ("a gzip", [0x1F, 0x8B]), ("a PNG", [0x89, 0x50]), ("a JPEG", [0xFF, 0xD8]), ("a zip", [0x50, 0x4B]),
            ("a pickle", [0x80, 3]), ("text", [.. "version https"u8]),
        })
            kinds[$"{kind} as long as a record"] = ([.. head, .. new byte[Record - head.Length]], $"byte 0: label {head[0]}");
        foreach ((string kind, string text, string reason) in new[]
        {
            ("nothing", "", "the text is empty"), ("a mark only", "\uFEFF", "the text is empty"), ("blank", "\n\n", "it names 0 classes"),
            ("spaces", "  \n\t\n ", "it names 0 classes"), ("twice", "cat\ndog\ncat\n", "'cat' stands there twice"),
            ("twice but for spaces", "cat\n cat \n", "'cat' stands there twice"), ("a zero byte", "cat\0\n", "no control characters"),
            ("an escape", "\u001b[31mcat\n", "no control characters"), ("a lone return", "cat\rdog\n", "no control characters"),
            ("a tab", "cat\tdog\n", "no control characters"), ("101 letters", new string('x', 101), "at most 100"),
            ("a million letters", new string('x', 1_000_000), "at most 100"),
            ("257 classes", string.Join('\n', Enumerable.Range(0, 257)), "it names 257 classes"),
        })
            kinds["names: " + kind] = (Encoding.UTF8.GetBytes(text), reason);
        kinds["names: Latin-1"] = (Encoding.Latin1.GetBytes("v\u00F6gel\n"), "byte 1 (0xF6) is not UTF-8");
        kinds["names: UTF-16"] = ([0xFF, 0xFE, 99, 0], "looks like UTF-16");
        kinds["names: half a character"] = ([99, 0xC3], "byte 1 (0xC3)");
        return kinds;
    }
}
