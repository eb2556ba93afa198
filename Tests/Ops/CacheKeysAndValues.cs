namespace NativeSsl.Tests.Ops;

static class CacheKeysAndValues
{
    // Two sequences of three new positions, five features; room for seven, of which the first two hold something.
    public static OpSpec[] Specs => [Of("queries", 0), Of("keys", 1), Of("values", 2)];

    static OpSpec Of(string name, int part) => new($"cache of {name}", [[2, 3, 3, 1, 5], [2, 7, 1, 5], [2, 7, 1, 5], [2, 3, 1, 5]], x =>
    {
        x[0].Backend.CacheKeysAndValues(x[0], x[3], x[1], x[2], start: 2);
        return part == 0 ? x[3] : x[part];
    }, x =>
    {
        double[] y = part == 0 ? [.. x[3]] : [.. x[part]];
        for (int b = 0; b < 2; b++)
            for (int t = 0; t < 3; t++)
                for (int i = 0; i < 5; i++) y[(part == 0 ? b * 3 + t : b * 7 + 2 + t) * 5 + i] = x[0][((b * 3 + t) * 3 + part) * 5 + i];
        return y;
    }) { HasGradient = false };
}
