using System.Diagnostics;
using System.Text;

namespace NativeSsl.Tests.Images;

// Files that are wrong in one way each, with what the error has to say of it.
public sealed partial class IdxImagesTests
{
    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        Open(file);                                                             // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        MalformedFileException? error = Open(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32_768 + file.Length);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        Assert.NotNull(error);
        Assert.StartsWith("bad.idx: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void There_are_at_least_sixty_kinds() => Assert.InRange(Kinds.Count, 60, 1000);

    static readonly byte[] Good = Make(0x08, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

    static byte[] With(int place, params byte[] bytes) => [.. Good[..place], .. bytes, .. Good[(place + bytes.Length)..]];

    static byte[] Packed(Action<byte[]> damage)
    {
        byte[] file = Pack(Good);
        damage(file);
        return file;
    }

    static readonly Dictionary<string, (byte[] File, string Reason)> Kinds = new()
    {
        ["empty"] = ([], "it has 0 bytes"),
        ["one byte"] = ([0], "it has 1 bytes"),
        ["three bytes"] = ([0, 0, 8], "it has 3 bytes"),
        ["magic only"] = ([0, 0, 8, 3], "ends at byte 4, within its header of 16"),
        ["half a length"] = (Good[..6], "ends at byte 6"),
        ["one length"] = (Good[..8], "ends at byte 8"),
        ["two lengths"] = (Good[..12], "ends at byte 12"),
        ["two lengths and a half"] = (Good[..15], "ends at byte 15"),
        ["header only"] = (Good[..16], "8 bytes from byte 16 on, but 0 follow"),
        ["one image of two"] = (Good[..20], "but 4 follow; cut short?"),
        ["last byte missing"] = (Good[..23], "but 7 follow; cut short?"),
        ["one byte appended"] = ([.. Good, 0], "but 9 follow; something was appended?"),
        ["twice in a row"] = ([.. Good, .. Good], "something was appended?"),
        ["labels appended"] = ([.. Good, .. Make(8, [2], [0, 1])], "something was appended?"),
        ["byte 0 set"] = (With(0, 1), "bytes 0 and 1 are 0x01 0x00"),
        ["byte 1 set"] = (With(1, 255), "bytes 0 and 1 are 0x00 0xFF"),
        ["header of little-endian numbers"] = (With(0, 3, 8, 0, 0), "bytes 0 and 1 are 0x03 0x08"),
        ["text"] = (Encoding.UTF8.GetBytes("label,pixel0,pixel1"), "not an IDX file"),
        ["a web page"] = (Encoding.UTF8.GetBytes("<!DOCTYPE html><html>404</html>"), "not an IDX file"),
        ["an LFS pointer"] = (Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\n"), "not an IDX file"),
        ["a PNG"] = ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13], "bytes 0 and 1 are 0x89 0x50"),
        ["a JPEG"] = ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 74, 70], "bytes 0 and 1 are 0xFF 0xD8"),
        ["a zip"] = ([0x50, 0x4B, 3, 4, 20, 0, 0, 0], "bytes 0 and 1 are 0x50 0x4B"),
        ["a numpy array"] = ([0x93, .. "NUMPY"u8, 1, 0], "not an IDX file"),
        ["a pickle"] = ([0x80, 3, 125, 113, 0], "not an IDX file"),
        ["a bzip2"] = ([.. "BZh91AY"u8], "not an IDX file"),
        ["an xz"] = ([0xFD, .. "7zXZ"u8, 0], "not an IDX file"),
        ["a bitmap"] = ([.. "BM"u8, 1, 2, 3, 4], "not an IDX file"),
        ["signed bytes"] = (With(2, 0x09), "of kind 0x09"),
        ["shorts"] = (With(2, 0x0B), "of kind 0x0B"),
        ["whole numbers"] = (With(2, 0x0C), "of kind 0x0C"),
        ["floats"] = (With(2, 0x0D), "of kind 0x0D"),
        ["doubles"] = (With(2, 0x0E), "of kind 0x0E"),
        ["no kind"] = (With(2, 0x00), "of kind 0x00"),
        ["unknown kind"] = (With(2, 0xFF), "of kind 0xFF"),
        ["no axes"] = (With(3, 0), "it has 0 axes, but images have three"),
        ["two axes"] = (With(3, 2), "it has 2 axes"),
        ["four axes"] = (With(3, 4), "it has 4 axes"),
        ["255 axes"] = (With(3, 255), "it has 255 axes"),
        ["no images"] = (With(7, 0), "byte 4: axis 0 has length 0"),
        ["no rows"] = (With(11, 0), "byte 8: axis 1 has length 0"),
        ["no columns"] = (With(15, 0), "byte 12: axis 2 has length 0"),
        ["one image more"] = (With(7, 3), "promises 12 bytes"),
        ["one image less"] = (With(7, 1), "something was appended?"),
        ["2^31 images"] = (With(4, 0x80, 0, 0, 0), "axis 0 of length 2147483648"),
        ["2^32 - 1 images"] = (With(4, 255, 255, 255, 255), "axis 0 of length 4294967295"),
        ["2^31 - 1 images"] = (With(4, 0x7F, 255, 255, 255), "axis 0 of length 2147483647"),
        ["2^30 images"] = (With(4, 0x40, 0, 0, 0), "axis 1 of length 2 makes 2147483648 bytes"),
        ["2^28 images"] = (With(4, 0x10, 0, 0, 0), "promises 1073741824 bytes"),
        ["2^31 rows"] = (With(8, 0x80, 0, 0, 0), "axis 1 of length 2147483648"),
        ["2^32 - 1 columns"] = (With(12, 255, 255, 255, 255), "axis 2 of length 4294967295"),
        ["all lengths 2^32 - 1"] = (With(4, [.. Enumerable.Repeat((byte)255, 12)]), "axis 0 of length 4294967295"),
        ["a product that wraps to 8"] = (Make(8, [0x40000000, 4, 0x80000000], new byte[8]), "axis 1 of length 4"),
        ["lengths little-endian"] = (Make(8, [0x02000000, 0x02000000, 0x02000000], new byte[8]), "axis 1 of length 33554432"),
        ["labels of 2^31"] = (Make(8, [0x80000000], [1, 2]), "axis 0 of length 2147483648"),
        ["labels cut"] = (Make(8, [3], [1, 2]), "promises 3 bytes from byte 8 on, but 2 follow"),
        ["labels appended to labels"] = (Make(8, [3], [1, 2, 0, 1]), "something was appended?"),
        ["no labels"] = (Make(8, [0], []), "axis 0 has length 0"),
        ["gzip: two bytes"] = ([0x1F, 0x8B], "bad.idx: it"),
        ["gzip: header only"] = (Pack(Good)[..10], "bad.idx: it"),
        ["gzip: cut in the middle"] = (Pack(Good)[..20], "bad.idx: it"),
        ["gzip: checksum missing"] = (Pack(Good)[..^8], "does not end with the length"),
        ["gzip: last byte missing"] = (Pack(Good)[..^1], "does not end with the length"),
        ["gzip: wrong checksum"] = (Packed(file => file[^8] ^= 1), "cannot be unpacked"),
        ["gzip: wrong length"] = (Packed(file => file[^4] ^= 1), "cannot be unpacked"),
        ["gzip: unknown method"] = (Packed(file => file[2] = 7), "cannot be unpacked"),
        ["gzip: reserved flags"] = (Packed(file => file[3] = 0xE0), "cannot be unpacked"),
        ["gzip: damaged inside"] = (Packed(file => file[12] ^= 0x10), "bad.idx: "),
        ["gzip: nothing inside"] = (Pack([]), "it has 0 bytes"),
        ["gzip: text inside"] = (Pack("no pictures"u8.ToArray()), "not an IDX file"),
        ["gzip: gzip inside"] = (Pack(Pack(Good)), "bytes 0 and 1 are 0x1F 0x8B"),
        ["gzip: elements missing inside"] = (Pack(Good[..^1]), "it ends at byte 23, but its header promises 24"),
        ["gzip: elements too many inside"] = (Pack([.. Good, 0]), "it goes on after byte 24"),
        ["gzip: header cut inside"] = (Pack(Good[..9]), "ends at byte 9"),
        ["gzip: 2^28 images promised"] = (Pack(With(4, 0x10, 0, 0, 0)), "no pictures shrink like that"),
        ["gzip: 2^31 images promised"] = (Pack(With(4, 0x80, 0, 0, 0)), "axis 0 of length 2147483648"),
        ["gzip: garbage behind"] = ([.. Pack(Good), 1, 2, 3], "something was appended?"),
        ["gzip: a second one behind"] = ([.. Pack(Good), .. Pack(Good)], "it goes on after byte 24"),
    };
}
