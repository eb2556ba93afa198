using StbImageSharp;

namespace NativeSsl;

/// <summary>Encoded pictures as pixels of the size that a set has.</summary>
static class ImageDecoder
{
    /// <summary>Decodes a PNG or JPEG. Transparent places show white; colours become grey, or grey colours, as the size asks for.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="size">What comes out; pictures of other sizes are stretched to it.</param>
    /// <param name="pixels">Receives <c>[height, width, channels]</c>.</param>
    /// <exception cref="MalformedFileException">It is not a PNG or JPEG, or is damaged.</exception>
    internal static void Decode(byte[] file, string name, ImageSize size, Span<byte> pixels)
    {
        PictureHeader header = PictureHeader.Read(file, name);
        byte[] decoded = Decode(file, name, header, header.Alpha ? 4 : size.Channels);
        if (header.Alpha) OnWhite(decoded, size.Channels);
        ImageSize from = new(header.Height, header.Width, size.Channels);
        ImageResize.Bilinear(decoded.AsSpan(0, from.Bytes), from, pixels[..size.Bytes], size.Height, size.Width);
    }

    static byte[] Decode(byte[] file, string name, PictureHeader header, int channels)
    {
        int bytes = header.Height * header.Width * channels;
        try
        {
            byte[] data = ImageResult.FromMemory(file, (ColorComponents)channels).Data;
            return data.Length == bytes ? data : throw new MalformedFileException(name, $"{data.Length} bytes were decoded, not {bytes}.");
        }
        // The decoder has no errors of its own: what it meets in a damaged file surfaces as whatever it was.
        catch (Exception error) when (error is not (MalformedFileException or OutOfMemoryException))
        {
            throw new MalformedFileException(name,
                $"its pixels cannot be decoded: {error.Message} Fetch the file again, or save it anew.", error);
        }
    }

    // In place: a pixel that was written is never behind one that is still to be read.
    static void OnWhite(byte[] pixels, int channels)
    {
        for (int i = 0, to = 0; i < pixels.Length; i += 4)
        {
            int alpha = pixels[i + 3];
            int red = Blend(pixels[i]), green = Blend(pixels[i + 1]), blue = Blend(pixels[i + 2]);
            if (channels == 1) pixels[to++] = (byte)((77 * red + 150 * green + 29 * blue) >> 8);
            else (pixels[to++], pixels[to++], pixels[to++]) = ((byte)red, (byte)green, (byte)blue);

            int Blend(int value) => (value * alpha + 255 * (255 - alpha) + 127) / 255;
        }
    }
}
