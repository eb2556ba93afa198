namespace NativeSsl;

/// <summary>Who will put other values in the place of <see cref="Indices"/>, and what has to be known for that.</summary>
/// <param name="Ask">Told what the host has checked; throws for others of which it is not true.</param>
/// <param name="Derive">Makes indices of them, and will of the others: a shape, and what is made.</param>
sealed record IndicesToCome(Action<Action<Indices>> Ask, Func<Shape, Func<Indices, int[]>, Indices> Derive)
{
    /// <summary>The same of a part of them.</summary>
    internal IndicesToCome Of(Func<Indices, Indices> part) =>
        new(check => Ask(other => check(part(other))), (shape, make) => Derive(shape, other => make(part(other))));
}
