namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Queries or keys that know where they stand: every pair of features turned by an angle in proportion to its position, so that the product of a
        /// query and a key depends on how far apart they are, and on nothing else of their places. Su et al. 2021, “RoFormer: enhanced transformer with
        /// rotary position embedding”, equation 34.
        /// </summary>
        /// <param name="table">The angles, and which features are a pair.</param>
        /// <param name="first">The position of the first of the times: how many a cache has seen before.</param>
        /// <returns>The shape of <c>x</c>, <c>[batch, time, heads, width]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> does not have four axes, its last is another than the table's width, or the table ends before the last
        /// position.</exception>
        /// <exception cref="IndexException">The first position is negative.</exception>
        public Tensor RotaryPositions(RotaryTable table, int first = 0)
        {
            Check.Rank("RotaryPositions", "x", x.Shape, 4, 4);
            if (x.Shape[3] != table.Width)
                throw new ShapeException($"RotaryPositions: axis 3 of x is {x.Shape[3]} (shape {x.Shape}) but the table is for heads of {table.Width} features.");
            if (first < 0) throw new IndexException($"RotaryPositions: the first position is {first}; positions begin at 0.");
            if ((long)first + x.Shape[1] > table.Positions)
                throw new ShapeException($"RotaryPositions: axis 1 of x is {x.Shape[1]} (shape {x.Shape}) and begins at position {first}, " +
                    $"but the table ends after {table.Positions}. Make a larger one.");
            Check.SameBackend("RotaryPositions", x, table.Turns);
            return Turned(x, x.Like(), back: false).Record("rotary positions", [x], dy => [Turned(dy, x.NewGradient(), back: true)]);

            Tensor Turned(Tensor tensor, Tensor y, bool back)
            {
                tensor.Backend.RotaryPositions(tensor, table, first, back, y);
                return y;
            }
        }
    }
}
