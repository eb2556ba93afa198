namespace NativeSsl;

/// <summary>What a PNG or JPEG file says of its picture, checked before anything is decoded.</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Grey">Whether it has no colours.</param>
/// <param name="Alpha">Whether it may have transparent places.</param>
readonly record struct PictureHeader(int Height, int Width, bool Grey, bool Alpha)
{
    /// <summary>Larger pictures are refused.</summary>
    internal const int MaxPixels = 1 << 26;

    /// <summary>Reads and checks a file: everything but the colours themselves.</summary>
    /// <exception cref="MalformedFileException">It is neither PNG nor JPEG, is damaged, or has too many pixels.</exception>
    internal static PictureHeader Read(byte[] file, string name) => file.AsSpan() switch
    {
        [] => throw new MalformedFileException(name, "it is empty."),
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => new PngFrame(file, name).Read(),
        [0xFF, 0xD8, ..] => new JpegFrame(file, name).Read(),
        _ => throw new MalformedFileException(name, $"it begins with 0x{Convert.ToHexString(file.AsSpan(0, Math.Min(4, file.Length)))}: " +
            "neither PNG nor JPEG. Convert it, whatever its name says."),
    };

    /// <exception cref="MalformedFileException">There are none, or too many.</exception>
    internal static void CheckPixels(string name, int place, uint height, uint width)
    {
        if (height == 0 || width == 0)
            throw new MalformedFileException(name, $"byte {place}: a picture of {height} × {width} pixels has nothing in it.");
        if ((ulong)height * width > MaxPixels)
            throw new MalformedFileException(name,
                $"byte {place}: it claims {height} × {width} pixels; at most {MaxPixels} are decoded. Shrink it first.");
    }
}
