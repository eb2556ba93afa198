namespace NativeSsl;

/// <summary>The figures of <see cref="ProceduralImages"/>: ten plain shapes around the origin, none of which mirroring turns
/// into another.</summary>
static class Figures
{
    /// <summary>What they are called.</summary>
    internal static readonly string[] Names =
        ["disc", "ring", "square", "frame", "triangle", "star", "cross", "crescent", "bars", "checks"];

    // The directions of a pentagon's corners: cosine and sine of multiples of 72 degrees.
    static readonly (float X, float Y)[] Tips =
        [(1, 0), (0.309017f, 0.9510565f), (-0.809017f, 0.5877853f), (-0.809017f, -0.5877853f), (0.309017f, -0.9510565f)];

    /// <summary>Whether a point belongs to a figure, whose reach is about 1.</summary>
    internal static bool Contains(int figure, float x, float y)
    {
        float square = x * x + y * y, most = MathF.Max(MathF.Abs(x), MathF.Abs(y)), least = MathF.Min(MathF.Abs(x), MathF.Abs(y));
        return figure switch
        {
            0 => square < 0.81f,
            1 => square is > 0.3f and < 0.95f,
            2 => most < 0.8f,
            3 => most is > 0.48f and < 0.88f,
            4 => x > -0.55f && MathF.Abs(y) * 1.7320508f + x < 1.1f,
            5 => InStar(x, y),
            6 => least < 0.28f && most < 1,
            7 => square < 0.9f && (x - 0.5f) * (x - 0.5f) + y * y > 0.5f,
            8 => MathF.Abs(x) < 0.9f && MathF.Abs(y) is < 0.2f or (> 0.55f and < 0.95f),
            _ => most < 0.9f && x * y > 0,
        };
    }

    // A point lies in a five-pointed star if at most one of the five lines that make it up cuts the point off from the middle.
    static bool InStar(float x, float y)
    {
        int outside = 0;
        foreach ((float tipX, float tipY) in Tips)
            if (-(tipX * x + tipY * y) > 0.38f) outside++;
        return outside <= 1 && x * x + y * y < 1.3f;
    }
}
