namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>An element-wise formula of your own, with its slope: a struct that runs on every device.</summary>
        /// <returns>The shape of <c>x</c>.</returns>
        public Tensor Map<F>(string name) where F : struct, IFormula
        {
            Tensor y = x.Like();
            x.Backend.Map<F>(x, y);
            return y.Record(name, [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.MapGrad<F>(x, y, dy, dx);
                return [dx];
            });
        }
    }
}
