namespace NativeSsl;

/// <summary>How a tensor's elements lie in a safetensors file; little-endian.
/// The order is the one in which the reference sorts a file, backwards.</summary>
public enum SafetensorsType
{
    /// <summary><c>BOOL</c>: one byte, 0 or 1.</summary>
    Bool,
    /// <summary><c>U8</c>.</summary>
    UInt8,
    /// <summary><c>F16</c>: IEEE half precision.</summary>
    Float16,
    /// <summary><c>BF16</c>: the upper half of an F32.</summary>
    BFloat16,
    /// <summary><c>I32</c>.</summary>
    Int32,
    /// <summary><c>F32</c>.</summary>
    Float32,
    /// <summary><c>F64</c>.</summary>
    Float64,
    /// <summary><c>I64</c>.</summary>
    Int64,
}

static class SafetensorsTypes
{
    static readonly string[] Names = ["BOOL", "U8", "F16", "BF16", "I32", "F32", "F64", "I64"];
    static readonly string[] Unread =
        ["F4", "F6_E2M3", "F6_E3M2", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
            "I16", "U16", "U32", "C64", "U64"];

    public static string Name(this SafetensorsType type) => Names[(int)type];

    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.Bool or SafetensorsType.UInt8 => 1,
        SafetensorsType.Float16 or SafetensorsType.BFloat16 => 2,
        SafetensorsType.Int32 or SafetensorsType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The type of this name, or why there is none.</summary>
    public static bool TryParse(string name, out SafetensorsType type, out string reason)
    {
        int place = Array.IndexOf(Names, name);
        type = (SafetensorsType)Math.Max(0, place);
        reason = Array.IndexOf(Unread, name) >= 0
            ? $"has type {name}, which is not read here; convert it to one of {string.Join(", ", Names)}"
            : $"has type {SafetensorsHeader.Quote(name)}, which the format does not know; known are {string.Join(", ", Names)}";
        return place >= 0;
    }
}
