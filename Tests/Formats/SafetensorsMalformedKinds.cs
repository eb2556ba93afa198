using System.Buffers.Binary;
using System.Text;

namespace NativeSsl.Tests;

// Files that are wrong in one way each, with what the error has to say of it.
public sealed partial class SafetensorsMalformed
{
    const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    static byte[] Make(ReadOnlySpan<byte> header, int data)
    {
        byte[] file = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file.AsSpan(8));
        return file;
    }

    static byte[] Make(string header, int data = 8) => Make(Encoding.UTF8.GetBytes(header), data);

    static string Entry(string dtype = "\"F32\"", string shape = "[2]", string offsets = "[0,8]", string name = "\"a\"") =>
        $$"""{{name}}:{"dtype":{{dtype}},"shape":{{shape}},"data_offsets":{{offsets}}}""";

    static byte[] Ours()
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream,
            [SafetensorsItem.From("a", [2], new[] { 1f, 2f }), SafetensorsItem.From("b", [3], new[] { 1L, 2, 3 })],
            new Dictionary<string, string> { ["step"] = "3" });
        return stream.ToArray();
    }

    static byte[] Edited(string from, string to)
    {
        string text = Encoding.Latin1.GetString(Ours());
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Equal(from.Length, to.Length);
        return Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }

    static byte[] Length(ulong claimed, int total)
    {
        byte[] file = new byte[total];
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimed);
        return file;
    }

    static readonly Dictionary<string, (byte[] File, string Reason)> Kinds = new()
    {
        ["empty"] = ([], "0 bytes"),
        ["seven bytes"] = (new byte[7], "7 bytes"),
        ["no header"] = (new byte[8], "does not begin with '{'"),
        ["header longer than the file"] = (Length(9, 16), "claims a header of 9"),
        ["header of 100,000,001 bytes"] = (Length(100_000_001, 64), "allows 100000000"),
        ["header of 2^63 bytes"] = (Length(1UL << 63, 64), "9223372036854775808"),
        ["header of 2^64 - 1 bytes"] = (Length(ulong.MaxValue, 64), "18446744073709551615"),
        ["header of 99 MB in 64 bytes"] = (Length(99_000_000, 64), "only 56 follow"),
        ["array"] = (Make("[]", 0), "does not begin"),
        ["number"] = (Make("1", 0), "does not begin"),
        ["null"] = (Make("null", 0), "does not begin"),
        ["leading space"] = (Make(" " + Good), "does not begin"),
        ["byte order mark"] = (Make("\uFEFF" + Good), "does not begin"),
        ["lone brace"] = (Make("{", 0), "not valid JSON"),
        ["not UTF-8"] = (Make([(byte)'{', 0xFF, (byte)'}'], 0), "not UTF-8"),
        ["overlong UTF-8"] = (Make([.. "{\""u8, 0xC0, 0x80, .. "\":1}"u8], 0), "not UTF-8"),
        ["surrogate in UTF-8"] = (Make([.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":1}"u8], 0), "not UTF-8"),
        ["escaped half surrogate in a name"] = (Make("{" + Entry(name: "\"\\uD800\"") + "}"), "not valid JSON"),
        ["escaped half surrogate in metadata"] = (Make("""{"__metadata__":{"a":"\uDC00"}}""", 0), "not valid JSON"),
        ["zero byte padding"] = (Make(Good + "\0\0"), "not valid JSON"),
        ["two objects"] = (Make(Good + Good), "not valid JSON"),
        ["trailing comma"] = (Make("{" + Entry() + ",}"), "not valid JSON"),
        ["comment"] = (Make("{/**/" + Entry() + "}"), "not valid JSON"),
        ["single quotes"] = (Make(Good.Replace('"', '\'')), "not valid JSON"),
        ["control character in a name"] = (Make("{" + Entry(name: "\"a\n\"") + "}"), "not valid JSON"),
        ["deep nesting"] = (Make("{\"a\":" + new string('[', 100_000), 0), "not an object"),
        ["deep nesting in shape"] = (Make("{" + Entry(shape: new string('[', 100_000)) + "}"), "something else than whole numbers"),
        ["tensor is a number"] = (Make("""{"a":1}""", 0), "not an object"),
        ["tensor is null"] = (Make("""{"a":null}""", 0), "not an object"),
        ["tensor is empty"] = (Make("""{"a":{}}""", 0), "needs dtype, shape"),
        ["no dtype"] = (Make("""{"a":{"shape":[2],"data_offsets":[0,8]}}"""), "needs dtype, shape"),
        ["no shape"] = (Make("""{"a":{"dtype":"F32","data_offsets":[0,8]}}"""), "needs dtype, shape"),
        ["no offsets"] = (Make("""{"a":{"dtype":"F32","shape":[2]}}"""), "needs dtype, shape"),
        ["unknown field"] = (Make("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"""), "'x' of tensor 'a'"),
        ["dtype twice"] = (Make("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""), "twice"),
        ["shape twice"] = (Make("""{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}"""), "twice"),
        ["offsets twice"] = (Make("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"data_offsets":[0,8]}}"""), "twice"),
        ["name twice"] = (Make("{" + Entry() + "," + Entry() + "}"), "'a' stands there twice"),
        ["name twice, once escaped"] = (Make("{" + Entry() + "," + Entry(name: "\"\\u0061\"") + "}"), "'a' stands there twice"),
        ["metadata twice"] = (Make("""{"__metadata__":{},"__metadata__":{}}""", 0), "stands there twice"),
        ["metadata key twice"] = (Make("""{"__metadata__":{"k":"1","k":"2"}}""", 0), "'k' stands there twice"),
        ["metadata a list"] = (Make("""{"__metadata__":[]}""", 0), "not an object of strings"),
        ["metadata a number"] = (Make("""{"__metadata__":{"k":1}}""", 0), "'k' is not a string"),
        ["metadata nested"] = (Make("""{"__metadata__":{"k":{}}}""", 0), "'k' is not a string"),
        ["metadata null"] = (Make("""{"__metadata__":null}""", 0), "not an object of strings"),
        ["dtype a number"] = (Make("{" + Entry(dtype: "1") + "}"), "dtype of tensor 'a' is not a string"),
        ["dtype unknown"] = (Make("{" + Entry(dtype: "\"F31\"") + "}"), "does not know"),
        ["dtype lower case"] = (Make("{" + Entry(dtype: "\"f32\"") + "}"), "does not know"),
        ["dtype F8_E4M3"] = (Make("{" + Entry(dtype: "\"F8_E4M3\"") + "}"), "not read here"),
        ["dtype U16"] = (Make("{" + Entry(dtype: "\"U16\"") + "}"), "not read here"),
        ["dtype F4"] = (Make("{" + Entry(dtype: "\"F4\"") + "}"), "not read here"),
        ["dtype C64"] = (Make("{" + Entry(dtype: "\"C64\"") + "}"), "not read here"),
        ["shape a number"] = (Make("{" + Entry(shape: "2") + "}"), "shape of tensor 'a' is not an array"),
        ["shape of strings"] = (Make("{" + Entry(shape: "[\"2\"]") + "}"), "something else than whole numbers"),
        ["shape negative"] = (Make("{" + Entry(shape: "[-2]") + "}"), "something else than whole numbers"),
        ["shape minus zero"] = (Make("{" + Entry(shape: "[-0]", offsets: "[0,0]") + "}", 0), "something else than whole numbers"),
        ["shape a fraction"] = (Make("{" + Entry(shape: "[2.0]") + "}"), "something else than whole numbers"),
        ["shape an exponent"] = (Make("{" + Entry(shape: "[2e0]") + "}"), "something else than whole numbers"),
        ["shape null"] = (Make("{" + Entry(shape: "[null]") + "}"), "something else than whole numbers"),
        ["shape beyond 2^63"] = (Make("{" + Entry(shape: "[9223372036854775808]") + "}"), "something else than whole numbers"),
        ["shape leading zero"] = (Make("{" + Entry(shape: "[02]") + "}"), "not valid JSON"),
        ["shape product wraps to 8 bytes"] = (Make("{" + Entry(shape: "[4611686018427387906]") + "}"), "more than 2⁶³"),
        ["shape product wraps to zero"] = (Make("{" + Entry(shape: "[4294967296,4294967296]", offsets: "[0,0]") + "}", 0), "more than 2⁶³"),
        ["shape of 4 GB"] = (Make("{" + Entry(shape: "[1073741824]") + "}"), "needs 4294967296 bytes"),
        ["rank 33"] = (Make("{" + Entry(shape: "[" + string.Join(",", Enumerable.Repeat("1", 33)) + "]") + "}"), "more than 32"),
        ["rank 100,000"] = (Make("{" + Entry(shape: "[" + string.Join(",", Enumerable.Repeat("1", 100_000)) + "]") + "}"), "more than 32"),
        ["one offset"] = (Make("{" + Entry(offsets: "[0]") + "}"), "two data_offsets"),
        ["three offsets"] = (Make("{" + Entry(offsets: "[0,8,8]") + "}"), "more than 2"),
        ["offsets backwards"] = (Make("{" + Entry(offsets: "[8,0]") + "}"), "lies at 8 … 0"),
        ["offsets beyond the file"] = (Make("{" + Entry(offsets: "[8,16]") + "}"), "lies at 8 … 16"),
        ["offsets near 2^63"] = (Make("{" + Entry(offsets: "[9223372036854775799,9223372036854775807]") + "}"), "lies at"),
        ["offsets negative"] = (Make("{" + Entry(offsets: "[-8,0]") + "}"), "something else than whole numbers"),
        ["offsets too few bytes"] = (Make("{" + Entry(offsets: "[0,4]") + "}", 4), "needs 8 bytes"),
        ["gap at the start"] = (Make("{" + Entry(offsets: "[4,12]") + "}", 12), "begins at byte 4"),
        ["gap in between"] = (Make("{" + Entry() + "," + Entry(offsets: "[12,20]", name: "\"b\"") + "}", 20), "begins at byte 12"),
        ["overlap"] = (Make("{" + Entry() + "," + Entry(offsets: "[4,12]", name: "\"b\"") + "}", 12), "overlap"),
        ["overlap with room behind"] = (Make("{" + Entry() + "," + Entry(offsets: "[4,12]", name: "\"b\"") + "}", 16), "begins at byte 4"),
        ["same place"] = (Make("{" + Entry() + "," + Entry(name: "\"b\"") + "}"), "overlap"),
        ["appended bytes"] = (Make("{" + Entry() + "}", 9), "9 bytes follow the header"),
        ["appended zip"] = ([.. Make(Good), .. "PK\u0003\u0004"u8], "12 bytes follow the header"),
        ["data cut short"] = (Make(Good, 7), "has 7 bytes of data"),
        ["ours without the version"] = (Edited("nativessl.version", "nativessl.Version"), "no nativessl.version"),
        ["ours of a newer version"] = (Edited("\"nativessl.version\":\"1\"", "\"nativessl.version\":\"2\""), "Use a newer one"),
        ["ours without sums"] = (Edited("nativessl.crc32c", "nativessl.crc32d"), "lacks nativessl.crc32c"),
        ["ours without the header's sum"] = (Edited("nativessl.header_crc32c", "nativessl.header_crc32d"), "lacks nativessl.crc32c"),
        ["ours with another name"] = (Edited("\"a\":{", "\"c\":{"), "does not have its checksum"),
        ["ours with another step"] = (Edited("\"step\":\"3\"", "\"step\":\"4\""), "does not have its checksum"),
    };
}
